import Domain
import Gateway
import Metering
import NIOHTTP1
import Storage
import TestSupport
import Testing

@Suite("What is counted of pulls and pushes")
struct TrafficTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"
    private static let blob = "blobs/\(Sample.blobDigest)"

    @Test("The bytes of manifests, kept or not, and of blobs, verified or not, and none of heads", arguments: [true, false])
    func pull(_ isVerified: Bool) async throws {
        let gateway = TestGateway(options: .init(verifiesBlobs: isVerified))
        try await House.run(gateway: gateway) { house in
            #expect(house.bytes == [0, 0] && house.sessions == [0, 0])
            for method in ["HEAD", "GET", "GET", "HEAD"] {
                for resource in ["manifests/v1", "manifests/\(Sample.manifestDigest)", Self.blob] {
                    let response = try await house.send(method, resource)
                    #expect(response.status == 200)
                }
            }
            let pulled = 4 * Sample.manifest.count + 2 * Sample.blob.count
            try await house.wait { house.bytes == [pulled, 0] }
            #expect(house.sessions == [1, 0] && house.upstreamErrors.isEmpty)
        }
    }

    @Test("The bytes of an upload's parts and of the manifest after it, in one session")
    func push() async throws {
        try await House.run { house in
            house.registry.set(.answer(status: 202, headers: ["Location": "\(Self.uploads)1"]), for: "PATCH", "\(Self.uploads)1")
            house.registry.set(.answer(status: 201), for: "PUT", "\(Self.uploads)1")
            house.registry.set(.answer(status: 201), for: "PUT", "/v2/team/image/manifests/v2")
            let begun = try #require(try await house.send("POST", "blobs/uploads/")["Location"])
            let part = [UInt8](repeating: 7, count: 300_000)
            let first = try await house.server.send(house.server.request("PATCH", begun, body: part).chunked(by: 70_000))
            let place = try #require(first["Location"])
            let last = try await house.server.send(house.server.request("PUT", "\(place)?digest=\(Sample.blobDigest)", body: Sample.blob))
            let manifest = try await house.send("PUT", "manifests/v2", body: Sample.manifest)
            #expect(first.status == 202 && last.status == 201 && manifest.status == 201)
            #expect(house.bytes == [0, part.count + Sample.blob.count + Sample.manifest.count])
            #expect(house.sessions == [0, 1] && house.upstreamErrors.isEmpty)
        }
    }

    @Test("A session is counted as it is recorded: by key and repository, and anew after five minutes")
    func sessions() async throws {
        try await House.run { house in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 { group.addTask { try await house.send("GET", Self.blob).status } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(house.sessions == [1, 0])
            let key = try await house.backend.makeAdministratorKey()
            _ = try await house.send("GET", Self.blob, as: .bearer(key))
            _ = try await house.send("POST", "blobs/uploads/")
            #expect(house.sessions == [2, 1])
            house.backend.clock.advance(by: 301)
            _ = try await house.send("GET", Self.blob)
            #expect(house.sessions == [3, 1])
            #expect(try await house.uses(.repositoryPull).count == 3)
        }
    }

    @Test("A clock that is set to another time neither begins a session nor prolongs one", arguments: [-400.0, 400])
    func clockJump(days: Double) async throws {
        try await House.run { house in
            _ = try await house.send("GET", Self.blob)
            house.backend.clock.jump(by: days * 86_400)
            _ = try await house.send("GET", Self.blob)
            #expect(house.sessions == [1, 0])
            house.backend.clock.advance(by: 301)
            _ = try await house.send("GET", Self.blob)
            #expect(house.sessions == [2, 0])
        }
    }

    @Test("What cannot be recorded is not counted")
    func unrecordable() async throws {
        let store = StoreKeeper()
        try await House.run(wrap: { store.keep($0) }) { house in
            store.slow?.behave(.init(failure: .unavailable("disk I/O error"), canBeRead: true))
            let response = try await house.send("GET", Self.blob)
            #expect(response.status == 503 && house.sessions == [0, 0] && house.bytes == [0, 0])
        }
    }

    @Test("Nothing that a user chooses is in what is counted")
    func labels() async throws {
        try await House.run { house in
            _ = try await house.send("GET", Self.blob)
            _ = try await house.send("GET", "tags/list")
            let text = house.backend.metrics.exposition()
            for chosen in ["team", "image", "127.0.0.1", "admin", Sample.blobDigest, Canary.username] { #expect(!text.contains(chosen)) }
            let labels = Set(text.matches(of: /\{([a-z]+)=/).map { String($0.1) })
            #expect(labels == ["direction", "use", "reason", "state"])
        }
    }
}
