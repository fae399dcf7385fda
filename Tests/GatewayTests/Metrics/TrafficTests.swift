import Domain
import Gateway
import NIOHTTP1
import PrometheusMetrics
import Storage
import TestSupport
import Testing

@Suite("Metrics of pulls and pushes")
struct TrafficTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"
    private static let blob = "blobs/\(Sample.blobDigest)"

    @Test("Pulled bytes count manifests and blobs, cached or not, but no HEAD requests", arguments: [true, false])
    func pull(_ isVerified: Bool) async throws {
        let gateway = TestGateway(options: .init(verifiesBlobs: isVerified))
        try await Fixture.run(gateway: gateway) { fixture in
            #expect(fixture.bytes == [0, 0] && fixture.sessions == [0, 0])
            for method in ["HEAD", "GET", "GET", "HEAD"] {
                for resource in ["manifests/v1", "manifests/\(Sample.manifestDigest)", Self.blob] {
                    let response = try await fixture.send(method, resource)
                    #expect(response.status == 200)
                }
            }
            let pulled = 4 * Sample.manifest.count + 2 * Sample.blob.count
            try await fixture.wait { fixture.bytes == [pulled, 0] }
            #expect(fixture.sessions == [1, 0] && fixture.upstreamErrors.isEmpty)
        }
    }

    @Test("Pushed bytes count the parts of an upload and the manifest, in one session")
    func push() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.answer(status: 202, headers: ["Location": "\(Self.uploads)1"]), for: "PATCH", "\(Self.uploads)1")
            fixture.registry.set(.answer(status: 201), for: "PUT", "\(Self.uploads)1")
            fixture.registry.set(.answer(status: 201), for: "PUT", "/v2/team/image/manifests/v2")
            let begun = try #require(try await fixture.send("POST", "blobs/uploads/")["Location"])
            let part = [UInt8](repeating: 7, count: 300_000)
            let first = try await fixture.server.send(fixture.server.request("PATCH", begun, body: part).chunked(by: 70_000))
            let place = try #require(first["Location"])
            let last = try await fixture.server.send(
                fixture.server.request("PUT", "\(place)?digest=\(Sample.blobDigest)", body: Sample.blob))
            let manifest = try await fixture.send("PUT", "manifests/v2", body: Sample.manifest)
            #expect(first.status == 202 && last.status == 201 && manifest.status == 201)
            #expect(fixture.bytes == [0, part.count + Sample.blob.count + Sample.manifest.count])
            #expect(fixture.sessions == [0, 1] && fixture.upstreamErrors.isEmpty)
        }
    }

    @Test("Sessions are counted by key and repository, and again after five minutes")
    func sessions() async throws {
        try await Fixture.run { fixture in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 { group.addTask { try await fixture.send("GET", Self.blob).status } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(fixture.sessions == [1, 0])
            let key = try await fixture.backend.makeAdministratorKey()
            _ = try await fixture.send("GET", Self.blob, as: .bearer(key))
            _ = try await fixture.send("POST", "blobs/uploads/")
            #expect(fixture.sessions == [2, 1])
            fixture.backend.clock.advance(by: 301)
            _ = try await fixture.send("GET", Self.blob)
            #expect(fixture.sessions == [3, 1])
            #expect(try await fixture.uses(.repositoryPull).count == 3)
        }
    }

    @Test("A change of the clock neither starts nor prolongs a session", arguments: [-400.0, 400])
    func clockJump(days: Double) async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.send("GET", Self.blob)
            fixture.backend.clock.jump(by: days * 86_400)
            _ = try await fixture.send("GET", Self.blob)
            #expect(fixture.sessions == [1, 0])
            fixture.backend.clock.advance(by: 301)
            _ = try await fixture.send("GET", Self.blob)
            #expect(fixture.sessions == [2, 0])
        }
    }

    @Test("A use that cannot be recorded is not counted")
    func unrecordable() async throws {
        let store = StoreKeeper()
        try await Fixture.run(wrap: { store.keep($0) }) { fixture in
            store.slow?.behave(.init(failure: .unavailable("disk I/O error"), canBeRead: true))
            let response = try await fixture.send("GET", Self.blob)
            #expect(response.status == 503 && fixture.sessions == [0, 0] && fixture.bytes == [0, 0])
        }
    }

    @Test("Metrics contain no text that users choose")
    func labels() async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.send("GET", Self.blob)
            _ = try await fixture.send("GET", "tags/list")
            let text = fixture.backend.metrics.exposition()
            for chosen in ["team", "image", "127.0.0.1", "admin", Sample.blobDigest, Canary.username] { #expect(!text.contains(chosen)) }
            let labels = Set(text.matches(of: /\{([a-z]+)=/).map { String($0.1) })
            #expect(labels == ["direction", "use", "reason", "state", "interface", "status"])
        }
    }
}
