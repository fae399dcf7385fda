import NIOCore
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

@Suite("Limits that accounts share at the gateway")
struct SharedLimitTests {
    private static let manifest = "/v2/team/image/manifests/v1"
    private static let blob = "/v2/team/image/blobs/\(Sample.blobDigest)"

    /// Limits of eight connections, four to one registry, one of them for one account.
    private static var narrow: TestGateway {
        TestGateway(registryLimits: RegistryLimits(connections: 8, wait: .milliseconds(300)))
    }

    @Test("Simultaneous pulls of a manifest by digest request it once", arguments: RegistryScheme.allCases, [0, 5])
    func byDigest(_ scheme: RegistryScheme, _ milliseconds: Int64) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            #expect(try await scene.fixture.send("GET", "blobs/\(Sample.blobDigest)").status == 200)
            for round in 0..<8 {
                let manifest = Array(#"{"schemaVersion":2,"round":\#(round)}"#.utf8)
                let digest = Sample.digest(of: manifest)
                let path = "/v2/team/image/manifests/\(digest)"
                scene.respond("GET", path) { _ in .late(milliseconds: milliseconds, Sample.manifestReply(manifest, named: digest)) }
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<200 { group.addTask { try await scene.fixture.send("GET", "manifests/\(digest)").status } }
                    for try await status in group { #expect(status == 200) }
                }
                #expect(scene.registry.requests.count { $0.path == path && $0.authorization != nil } == 1)
            }
        }
    }

    @Test("A hundred simultaneous pulls ping the registry once and fetch the manifest once")
    func singleFlight() async throws {
        try await Fixture.run { fixture in
            for (method, path) in [("GET", "/v2/"), ("HEAD", Self.manifest), ("GET", Self.manifest)] {
                let reply = path == "/v2/" ? RegistryReply.challenge(#"Basic realm="x""#) : Sample.manifestReply()
                fixture.registry.set(.late(milliseconds: 300, reply), for: method, path)
            }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { try await fixture.send("GET", "manifests/v1").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == [Int](repeating: 200, count: 100))
            #expect(fixture.registry.lines.filter { $0 == "GET /v2/" }.count == 1)
            #expect(fixture.registry.lines.filter { $0 == "GET \(Self.manifest)" }.count == 1)
        }
    }

    @Test("Clients that accept other media types do not share the request")
    func mediaTypes() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.html(404), for: "HEAD", Self.manifest)
            fixture.registry.set(for: "GET", Self.manifest) { request in
                .late(milliseconds: 200, .json(200, #"{"accepted":"\#(request.headers["Accept"].joined())"}"#))
            }
            let texts = try await withThrowingTaskGroup(of: (String, String).self) { group in
                for number in 0..<6 {
                    let type = "application/type-\(number % 2)"
                    group.addTask { (type, try await fixture.send("GET", "manifests/v1", [("Accept", type)]).text) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(texts.allSatisfy { $0.1.contains($0.0) })
        }
    }

    @Test("Slow downloads of one account are limited, the error names the limit, and another account still pulls")
    func perAccount() async throws {
        try await Fixture.run(gateway: Self.narrow) { fixture in
            let key = try await fixture.backend.makeAccount("bob")
            try await fixture.register(Fixture.image, Canary.username, Canary.password, by: key)
            fixture.registry.set(.hangInBody(status: 200), for: "GET", Self.blob)
            let slow = try await RawConnection.open(port: fixture.server.port)
            try await slow.send(fixture.server.request("GET", "/v2/\(fixture.name())/blobs/\(Sample.blobDigest)").bytes)
            try await fixture.wait { fixture.registry.lines.contains("GET \(Self.blob)") }
            let refused = try await fixture.send("GET", "blobs/\(Sample.blobDigest)")
            #expect(
                refused.status == 503 && refused["Retry-After"] != nil && refused.message.contains("for one account"), "\(refused.text)")
            #expect(refused.code == "UNAVAILABLE")
            #expect(fixture.count("lighterman_limits_reached_total", #"limit="connections",share="account""#) == nil)
            #expect(try await fixture.send("GET", "manifests/v1", as: .basic("bob", key)).status == 200)
            await slow.close()
            try await fixture.wait { try await fixture.send("HEAD", "blobs/\(Sample.blobDigest)").status == 200 }
        }
    }

    @Test("Pushed manifests wait for memory, unless they are small")
    func pushes() async throws {
        let limits = RegistryLimits(manifestBytes: 1 << 20, wait: .milliseconds(300))
        try await Fixture.run(gateway: TestGateway(registryLimits: limits)) { fixture in
            fixture.registry.set(.answer(status: 201), for: "PUT", Self.manifest)
            let slow = try await RawConnection.open(port: fixture.server.port)
            let beginning = fixture.server.request(
                "PUT", "/v2/\(fixture.name())/manifests/v1", [("Content-Length", "262144")], body: [UInt8](repeating: 0x20, count: 1000))
            try await slow.send(beginning.bytes)
            let large = [UInt8](repeating: 0x20, count: 262_144)
            try await fixture.wait {
                let refused = try await fixture.send("PUT", "manifests/v1", body: large)
                return refused.status == 503 && refused.message.contains("manifests in memory")
            }
            #expect(try await fixture.send("PUT", "manifests/v1", body: Sample.manifest).status == 201)
            await slow.close()
            try await fixture.wait { try await fixture.send("PUT", "manifests/v1", body: large).status == 201 }
        }
    }

    @Test("A manifest that its client does not read holds its memory share until the client disconnects")
    func pulls() async throws {
        let large = [UInt8](repeating: 0x20, count: 3 << 20)
        let limits = RegistryLimits(manifestBytes: 16 << 20, wait: .milliseconds(300))
        try await Fixture.run(gateway: TestGateway(registryLimits: limits)) { fixture in
            for method in ["GET", "HEAD"] { fixture.registry.set(Sample.manifestReply(large, named: nil), for: method, Self.manifest) }
            let slow = try await RawConnection.open(port: fixture.server.port)
            try await slow.stopReading()
            // More than the buffers between client and server hold.
            for _ in 0..<10 { try await slow.send(fixture.server.request("GET", "/v2/\(fixture.name())/manifests/v1").bytes) }
            try await fixture.wait { try await fixture.send("GET", "manifests/v1").status == 503 }
            await slow.close()
            try await fixture.wait { try await fixture.send("GET", "manifests/v1").status == 200 }
        }
    }
}
