import Domain
import Gateway
import Operations
import Storage
import TestSupport
import Testing

@Suite("Records of pulls and pushes")
struct RecordingTests {
    private static let blob = "blobs/\(Sample.blobDigest)"

    @Test("Many requests of one pull are one action, even if they are simultaneous")
    func onePull() async throws {
        try await Fixture.run { fixture in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...50 { group.addTask { try await fixture.send("GET", Self.blob).status } }
                for try await status in group { #expect(status == 200) }
            }
            let actions = try await fixture.uses(.repositoryPull)
            #expect(actions.count == 1 && actions.first?.state == .success && actions.first?.origin.user == "admin")
            try await fixture.wait { try await fixture.inspect().lastPull?.account == "admin" }
            #expect(try await fixture.inspect().lastPush == nil)
        }
    }

    @Test("A pull after five minutes, with another key, or of another repository is another action")
    func others() async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.send("GET", Self.blob)
            fixture.backend.clock.advance(by: 299)
            _ = try await fixture.send("GET", Self.blob)
            #expect(try await fixture.uses(.repositoryPull).count == 1)
            fixture.backend.clock.advance(by: 1)
            _ = try await fixture.send("GET", Self.blob)
            #expect(try await fixture.uses(.repositoryPull).count == 2)
            let key = try await fixture.backend.makeAdministratorKey()
            _ = try await fixture.send("GET", Self.blob, as: .bearer(key))
            #expect(try await fixture.uses(.repositoryPull).count == 3)
            try await fixture.register("team/other", nil, nil)
            _ = try await fixture.send("GET", Self.blob, of: "team/other")
            #expect(try await fixture.uses(.repositoryPull).count == 4)
        }
    }

    @Test("A push is one action and is shown on the repository once its manifest is stored; HEAD is no pull")
    func push() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.answer(status: 201), for: "PUT", "/v2/team/image/manifests/v2")
            _ = try await fixture.send("HEAD", Self.blob)
            for _ in 1...2 { _ = try await fixture.send("POST", "blobs/uploads/") }
            let begun = try await fixture.inspect()
            #expect(begun.lastPush == nil && begun.lastPull == nil)
            #expect(try await fixture.send("PUT", "manifests/v2", body: Sample.manifest).status == 201)
            #expect(try await fixture.uses(.repositoryPush).count == 1)
            let pushed = try await fixture.inspect()
            #expect(pushed.lastPush?.account == "admin" && pushed.lastPull == nil)
            fixture.backend.clock.advance(by: 10)
            _ = try await fixture.send("GET", Self.blob)
            try await fixture.wait { try await fixture.inspect().lastPull?.date == fixture.backend.clock.clock.now() }
            #expect(try await fixture.uses(.repositoryPull).count == 1)
        }
    }

    @Test("A refused use is recorded, but not shown on the repository", arguments: [403, 404, 429, 500])
    func refused(_ status: Int) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.error(status, "DENIED", "no"), for: "GET", "/v2/team/image/\(Self.blob)")
            fixture.registry.set(.error(status, "DENIED", "no"), for: "PUT", "/v2/team/image/manifests/v2")
            #expect(try await fixture.send("GET", Self.blob).status >= 400)
            #expect(try await fixture.send("PUT", "manifests/v2", body: Sample.manifest).status >= 400)
            #expect(try await fixture.uses(.repositoryPull).count == 1)
            #expect(try await fixture.uses(.repositoryPush).count == 1)
            let repository = try await fixture.inspect()
            #expect(repository.lastPull == nil && repository.lastPush == nil)
        }
    }

    @Test(
        "An incomplete pull of a blob is recorded, but not shown on the repository", arguments: [true, false],
        RegistryScheme.allCases)
    func broken(_ isVerified: Bool, _ scheme: RegistryScheme) async throws {
        let gateway = TestGateway(options: .init(verifiesBlobs: isVerified))
        try await RegistryScene.run(scheme, gateway: gateway) { scene in
            let fixture = scene.fixture
            let wrong = [UInt8](repeating: UInt8(ascii: "x"), count: Sample.blob.count)
            scene.respond("GET", "/v2/team/image/\(Self.blob)") { _ in
                isVerified ? .answer(status: 200, body: wrong) : .truncated(status: 200)
            }
            await #expect(throws: RawConnection.Failure.self) { try await fixture.send("GET", Self.blob) }
            #expect(try await fixture.uses(.repositoryPull).count == 1)
            // The server closes the connection after its last step for the request.
            #expect(try await fixture.inspect().lastPull == nil)
            scene.respond("GET", "/v2/team/image/\(Self.blob)") { _ in .answer(status: 200, body: Sample.blob) }
            #expect(try await fixture.send("GET", Self.blob).body == Sample.blob)
            try await fixture.wait { try await fixture.inspect().lastPull != nil }
        }
    }

    @Test("Every deletion is recorded")
    func deletions() async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(allowsDeletion: true))) { fixture in
            fixture.registry.set(.answer(status: 202), for: "DELETE", "/v2/team/image/\(Self.blob)")
            for _ in 1...2 {
                let response = try await fixture.send("DELETE", Self.blob)
                #expect(response.status == 202)
            }
            #expect(try await fixture.uses(.repositoryContentsDelete).count == 2)
        }
    }

    @Test("A use that cannot be recorded is not forwarded to the registry")
    func unrecordable() async throws {
        let store = StoreKeeper()
        try await Fixture.run(gateway: TestGateway(options: .init(allowsDeletion: true)), wrap: { store.keep($0) }) { fixture in
            store.slow?.behave(.init(failure: .unavailable("disk I/O error"), canBeRead: true))
            for (method, resource) in [("GET", Self.blob), ("GET", "tags/list"), ("POST", "blobs/uploads/"), ("DELETE", "manifests/v1")] {
                for _ in 1...2 {
                    let response = try await fixture.send(method, resource)
                    #expect(response.status == 503, "\(method)")
                }
            }
            #expect(fixture.registry.openings.isEmpty)
            store.slow?.behave(.init())
            #expect(try await fixture.send("GET", Self.blob).body == Sample.blob)
        }
    }

    @Test("A very long path is truncated in the record")
    func longPaths() async throws {
        try await Fixture.run { fixture in
            let long = String(repeating: "a", count: 3000)
            _ = try await fixture.send("POST", "blobs/uploads/")
            fixture.backend.clock.advance(by: 301)
            _ = try await fixture.send("PATCH", "blobs/uploads/\(long)")
            #expect(try await fixture.uses(.repositoryPush).count == 2)
            #expect(try await fixture.uses(.repositoryPush).allSatisfy { $0.origin.path.utf8.count <= 256 })
            try await fixture.wait { fixture.server.log.text.contains("aaaa") }
            #expect(fixture.server.log.lines.allSatisfy { $0.utf8.count < 600 })
        }
    }
}

/// Retains the store of a backend.
final class StoreKeeper {
    private(set) var slow: SlowStore?

    func keep(_ store: any Store) -> any Store {
        let slow = SlowStore(store)
        self.slow = slow
        return slow
    }
}
