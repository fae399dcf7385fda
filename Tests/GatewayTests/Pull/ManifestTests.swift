import Domain
import Foundation
import NIOHTTP1
import Operations
import Storage
import TestSupport
import Testing

@Suite("Pulling manifests")
struct ManifestTests {
    private static let byTag = "/v2/team/image/manifests/v1"
    private static let byDigest = "/v2/team/image/manifests/\(Sample.manifestDigest)"

    @Test("A manifest is pulled unchanged, by tag and by digest", arguments: ["v1", Sample.manifestDigest])
    func pull(_ reference: String) async throws {
        try await Fixture.run { fixture in
            for method in ["GET", "HEAD", "GET"] {
                let response = try await fixture.send(method, "manifests/\(reference)")
                #expect(response.status == 200 && response["Content-Type"] == Sample.manifestType)
                #expect(response["Docker-Content-Digest"] == Sample.manifestDigest)
                #expect(response["Content-Length"] == "\(Sample.manifest.count)")
                #expect(response.body == (method == "GET" ? Sample.manifest : []))
            }
        }
    }

    @Test("Manifests by digest come from the cache; tags are resolved at the registry on every request")
    func kept() async throws {
        try await Fixture.run { fixture in
            for _ in 1...3 {
                let response = try await fixture.send("GET", "manifests/v1")
                #expect(response.body == Sample.manifest)
            }
            #expect(try await fixture.send("GET", "manifests/\(Sample.manifestDigest)").body == Sample.manifest)
            #expect(fixture.requestLines == ["HEAD", "GET", "HEAD", "HEAD"].map { "\($0) \(Self.byTag)" })
        }
    }

    @Test("The credential is not decrypted for a cached manifest")
    func unopened() async throws {
        try await Fixture.run { fixture in
            let resource = "manifests/\(Sample.manifestDigest)"
            #expect(try await fixture.send("GET", resource).body == Sample.manifest)
            let credential = try #require(try await fixture.inspect().credential)
            try await fixture.backend.decoratedStore.write { writer in
                guard let sealed = try writer.sealedCredential(credential.id) else { throw Fixture.StoreMiss() }
                try writer.rewrap(sealed, as: [0], sealedWith: "nothing")
            }
            #expect(try await fixture.send("GET", resource).body == Sample.manifest)
            #expect(try await fixture.send("GET", "manifests/v1").status == 503)
        }
    }

    @Test("A moved tag is visible at once")
    func moved() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            #expect(try await fixture.send("GET", "manifests/v1").body == Sample.manifest)
            let other = Array(#"{"schemaVersion":2}"#.utf8)
            for method in ["GET", "HEAD"] {
                fixture.registry.set(Sample.manifestReply(other, named: Sample.digest(of: other)), for: method, Self.byTag)
            }
            #expect(try await fixture.send("GET", "manifests/v1").body == other)
        }
    }

    @Test("A cached manifest requires pull permission and is not visible through another repository")
    func authorised() async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/other", Canary.username, Canary.password)
            #expect(try await fixture.send("GET", "manifests/\(Sample.manifestDigest)").status == 200)
            let outsider = try await fixture.backend.makeAccount("mallory")
            #expect(try await fixture.send("GET", "manifests/\(Sample.manifestDigest)", as: .bearer(outsider)).status == 404)
            #expect(try await fixture.send("GET", "manifests/\(Sample.manifestDigest)", as: .nobody).status == 401)
            #expect(try await fixture.send("GET", "manifests/\(Sample.manifestDigest)", of: "team/other").status == 404)
        }
    }

    @Test(
        "A client that does not accept the cached type receives the registry's response",
        arguments: [(Sample.manifestType, 1), ("*/*", 1), ("text/plain", 2)])
    func accept(_ accept: String, _ fetches: Int) async throws {
        try await Fixture.run { fixture in
            for _ in 1...2 { _ = try await fixture.send("GET", "manifests/\(Sample.manifestDigest)", [("Accept", accept)]) }
            #expect(fixture.requestLines.count == fetches)
            #expect(fixture.registry.requests.last?.headers["Accept"] == [accept])
        }
    }

    @Test("A manifest with another digest is never forwarded", arguments: ["v1", Sample.manifestDigest])
    func flipped(_ reference: String) async throws {
        try await Fixture.run { fixture in
            for path in [Self.byTag, Self.byDigest] {
                fixture.registry.set(Sample.manifestReply(Sample.flipped(Sample.manifest)), for: "GET", path)
            }
            for _ in 1...2 {
                let response = try await fixture.send("GET", "manifests/\(reference)")
                #expect(response.status == 502 && response.code == "UNKNOWN" && response.message.contains("differs from the requested one"))
            }
        }
    }

    @Test("A manifest beyond the size limit is not read to its end")
    func endless() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.endless(status: 200), for: "GET", Self.byDigest)
            let response = try await fixture.send("GET", "manifests/\(Sample.manifestDigest)")
            #expect(response.status == 502 && response.message.contains("larger"))
            #expect(fixture.registry.sentBodyBytes < 64 << 20)
        }
    }

    @Test("An incomplete manifest is reported as an error of the registry")
    func truncated() async throws {
        try await Fixture.run(gateway: TestGateway(silence: 1)) { fixture in
            for (fault, status) in [(RegistryReply.truncated(status: 200), 502), (.hangInBody(status: 200), 504), (.hangUp, 502)] {
                fixture.registry.set(fault, for: "GET", Self.byDigest)
                let response = try await fixture.send("GET", "manifests/\(Sample.manifestDigest)")
                #expect(response.status == status && response.code == "UNKNOWN", "\(response.text)")
            }
        }
    }

    @Test("URLs inside a manifest are never requested")
    func foreignLayers() async throws {
        try await FaultyRegistry.run { foreign in
            var behavior = Fixture.behavior
            let manifest = Array(
                """
                {"schemaVersion":2,"mediaType":"\(Sample.manifestType)","layers":[{"digest":"\(Sample.blobDigest)","size":1,\
                "mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","urls":["http://\(foreign.authority)/layer"]}]}
                """.utf8)
            behavior.contents = ["/v2/team/image/manifests/v1": Sample.manifestReply(manifest, named: Sample.digest(of: manifest))]
            try await Fixture.run(behavior, gateway: TestGateway(allowances: [foreign.authority])) { (fixture: Fixture) async throws in
                fixture.registry.set(.answer(status: 201), for: "PUT", Self.byTag)
                #expect(try await fixture.send("GET", "manifests/v1").body == manifest)
                #expect(
                    try await fixture.send("PUT", "manifests/v1", [("Content-Type", Sample.manifestType)], body: manifest).status == 201)
                #expect(try await fixture.send("GET", "blobs/\(Sample.blobDigest)").status == 404)
                #expect(foreign.openings.isEmpty && foreign.requests.isEmpty)
            }
        }
    }
}
