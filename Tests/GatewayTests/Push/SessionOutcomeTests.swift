import Domain
import Gateway
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Outcomes of sessions")
struct SessionOutcomeTests {
    private static let blob = "blobs/\(Sample.blobDigest)"
    private static let hanging = "/v2/team/image/blobs/\(Sample.manifestDigest)"

    /// The recorded uses, such as `Success v1`, the oldest first.
    private static func uses(_ kind: Action.Kind, _ fixture: Fixture) async throws -> [String] {
        try await fixture.uses(kind).reversed().map { "\($0.state.rawValue) \($0.reference ?? "-")" }
    }

    /// Makes thirty pulls fail.
    private static func exhaust(_ fixture: Fixture) async throws {
        for _ in 0..<30 { #expect(try await fixture.send("GET", "manifests/none").status == 404) }
        #expect(try await fixture.uses(.repositoryPull).count == 30)
    }

    @Test("Pulls are recorded if the request that started their session hangs, and then fails")
    func hidden() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            fixture.registry.set(.hangInBody(status: 200), for: "GET", Self.hanging)
            let connection = try await RawConnection.open(port: fixture.server.port)
            let target = "/v2/\(fixture.name())/blobs/\(Sample.manifestDigest)"
            try await connection.send(fixture.server.request("GET", target).bytes)
            #expect(try await connection.receive(toHead: true).status == 200)
            for resource in ["manifests/v1", Self.blob] { #expect(try await fixture.send("GET", resource).status == 200) }
            #expect(try await Self.uses(.repositoryPull, fixture) == ["In progress \(Sample.manifestDigest)"])
            await connection.close()
            try await fixture.wait { try await Self.uses(.repositoryPull, fixture).count == 2 }
            #expect(try await Self.uses(.repositoryPull, fixture) == ["Success v1", "Failed \(Sample.manifestDigest)"])
            // The success covers the rest of the session.
            #expect(try await fixture.send("GET", Self.blob).status == 200)
            #expect(try await fixture.uses(.repositoryPull).count == 2)
        }
    }

    @Test("Pulls beside a slow request that is not found are recorded")
    func slow() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            let late = RegistryReply.late(milliseconds: 800, .error(404, "MANIFEST_UNKNOWN", "no"))
            for method in ["HEAD", "GET"] { fixture.registry.set(late, for: method, "/v2/team/image/manifests/signature") }
            async let first = fixture.send("GET", "manifests/signature").status
            try await fixture.wait { try await fixture.uses(.repositoryPull).count == 1 }
            #expect(try await fixture.send("GET", "manifests/v1").status == 200)
            #expect(try await first == 404)
            #expect(try await Self.uses(.repositoryPull, fixture).sorted() == ["Failed signature", "Success v1"])
        }
    }

    @Test("After too many failures a push is still in progress before it is sent, and has its outcome afterwards")
    func pushBeyondLimit() async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            try await Self.exhaust(fixture)
            #expect(try await fixture.push() == [202, 202, 201])
            #expect(try await Self.uses(.repositoryPush, fixture) == ["In progress -"])
            fixture.backend.clock.advance(by: 301)
            try await fixture.backend.backend.catchUpTrail()
            #expect(try await Self.uses(.repositoryPush, fixture) == ["Success -"])
        }
    }

    @Test("After too many failures, pulls that their clients abort are recorded once, and counted")
    func abortedBeyondLimit() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            fixture.registry.set(.hangInBody(status: 200), for: "GET", Self.hanging)
            try await fixture.register("team/failing", nil, nil)
            for _ in 0..<30 { #expect(try await fixture.send("GET", "manifests/none", of: "team/failing").status >= 400) }
            for _ in 1...3 {
                let connection = try await RawConnection.open(port: fixture.server.port)
                let target = "/v2/\(fixture.name())/blobs/\(Sample.manifestDigest)"
                try await connection.send(fixture.server.request("GET", target).bytes)
                #expect(try await connection.receive(toHead: true).status == 200)
                let begun = try await fixture.uses(.repositoryPull).filter { $0.state == .inProgress }
                #expect(begun.map(\.reference) == [Sample.manifestDigest])
                await connection.close()
                try await fixture.wait { fixture.registry.waitingCount == 0 }
            }
            try await fixture.wait { try await fixture.uses(.repositoryPull).first?.attempts == 2 }
            try await fixture.backend.backend.catchUpTrail(isLast: true)
            let uses = try await fixture.uses(.repositoryPull)
            #expect(uses.map(\.attempts).reduce(0, +) == 33 && uses.count == 32)
            #expect(uses.allSatisfy { $0.state == .failed })
        }
    }

    @Test(
        "Pushes and deletions that fail are recorded up to the limit, and each of the others is counted once",
        arguments: ["PUT", "POST", "DELETE"])
    func limited(_ method: String) async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(allowsDeletion: true))) { (fixture: Fixture) async throws in
            let (resource, path) = method == "POST" ? ("blobs/uploads/", "blobs/uploads/") : ("manifests/v2", "manifests/v2")
            fixture.registry.set(.error(405, "UNSUPPORTED", "no"), for: method, "/v2/team/image/\(path)")
            for _ in 0..<60 {
                let response = try await fixture.send(method, resource, body: method == "PUT" ? Sample.manifest : nil)
                #expect(response.status == 405, "\(response.status) \(response.text)")
            }
            let kind: Action.Kind = method == "DELETE" ? .repositoryContentsDelete : .repositoryPush
            let states = try await fixture.uses(kind).map(\.state)
            #expect(states.count == 32 && states.filter { $0 == .inProgress }.count == 1)
            try await fixture.backend.backend.catchUpTrail(isLast: true)
            let uses = try await fixture.uses(kind)
            #expect(uses.map(\.attempts).reduce(0, +) == 60 && uses.count == 32)
            #expect(uses.allSatisfy { $0.state == .failed && $0.status == 405 })
        }
    }

    @Test("After too many failures a successful deletion is recorded")
    func deletionBeyondLimit() async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(allowsDeletion: true))) { (fixture: Fixture) async throws in
            fixture.registry.set(.error(405, "UNSUPPORTED", "no"), for: "DELETE", "/v2/team/image/manifests/v2")
            fixture.registry.set(.answer(status: 202), for: "DELETE", "/v2/team/image/manifests/v3")
            for _ in 0..<35 { #expect(try await fixture.send("DELETE", "manifests/v2").status == 405) }
            for _ in 1...2 { #expect(try await fixture.send("DELETE", "manifests/v3").status == 202) }
            try await fixture.backend.backend.catchUpTrail(isLast: true)
            let uses = try await fixture.uses(.repositoryContentsDelete)
            #expect(uses.filter { $0.state == .success }.map(\.reference) == ["v3", "v3"])
            #expect(uses.filter { $0.state == .failed }.map(\.attempts).reduce(0, +) == 35)
        }
    }

    @Test("A push is in progress while its requests are, however long they take")
    func longPush() async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            let location = try #require(try await fixture.send("POST", "blobs/uploads/")["Location"])
            let connection = try await RawConnection.open(port: fixture.server.port)
            let fields = [(name: "Content-Length", value: "100000")]
            try await connection.send(fixture.server.request("PATCH", location, fields, body: [1]).bytes)
            try await fixture.wait { fixture.registry.beginnings.contains { $0.hasPrefix("PATCH ") } }
            fixture.backend.clock.advance(by: 3600)
            try await fixture.backend.backend.catchUpTrail()
            #expect(try await Self.uses(.repositoryPush, fixture) == ["In progress -"])
            await connection.close()
            try await fixture.wait { try await Self.uses(.repositoryPush, fixture) == ["Failed -"] }
        }
    }

    @Test("A push whose request is in progress when the server stops has an unknown outcome")
    func stoppedPush() async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            #expect(try await fixture.push() == [202, 202, 201])
            scene.respond("POST", "/v2/team/image/blobs/uploads/") { _ in .hang }
            let connection = try await RawConnection.open(port: fixture.server.port)
            try await connection.send(fixture.server.request("POST", "/v2/\(fixture.name())/blobs/uploads/").bytes)
            try await fixture.wait { fixture.registry.waitingCount == 1 }
            try await fixture.backend.backend.catchUpTrail(isLast: true)
            #expect(try await Self.uses(.repositoryPush, fixture) == ["Unknown -"])
            await connection.close()
        }
    }

    @Test("A push continues while requests follow each other within five minutes")
    func activePush() async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            for _ in 1...3 {
                #expect(try await fixture.push() == [202, 202, 201])
                fixture.backend.clock.advance(by: 299)
                try await fixture.backend.backend.catchUpTrail()
            }
            #expect(try await fixture.pushManifest("v2").status == 201)
            #expect(try await Self.uses(.repositoryPush, fixture) == ["Success v2"])
        }
    }

    @Test("A refused manifest hides no blob that was pushed before it")
    func refusedManifest() async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            scene.respond("PUT", "/v2/team/image/manifests/v2") { _ in .error(400, "MANIFEST_INVALID", "no") }
            #expect(try await fixture.push() == [202, 202, 201])
            #expect(try await fixture.pushManifest("v2").status == 400)
            #expect(try await Self.uses(.repositoryPush, fixture) == ["In progress -", "Failed v2"])
            try await fixture.backend.backend.catchUpTrail(isLast: true)
            #expect(try await Self.uses(.repositoryPush, fixture) == ["Success -", "Failed v2"])
        }
    }

    @Test("A manifest that is pushed by digest is recorded with the tags that it gets")
    func tags() async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let digest = Sample.manifestDigest
            scene.respond("PUT", "/v2/team/image/manifests/\(digest)") { _ in .answer(status: 201) }
            #expect(try await scene.fixture.pushManifest("\(digest)?tag=prod&tag=latest").status == 201)
            #expect(try await scene.fixture.pushManifest(digest).status == 201)
            #expect(try await Self.uses(.repositoryPush, scene.fixture) == ["Success prod,latest@\(digest)", "Success \(digest)"])
            let refused = try await scene.fixture.pushManifest("\(digest)?tag=a%2Fb")
            #expect(refused.status == 400 && refused.text.contains("TAG_INVALID"))
        }
    }

    @Test("A large manifest that the client does not read is no success")
    func unreadManifest() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            let big = Array(#"{"schemaVersion":2,"x":"\#(String(repeating: "y", count: 4_100_000))"}"#.utf8)
            let digest = Sample.digest(of: big)
            fixture.registry.set(Sample.manifestReply(big, named: digest), for: "GET", "/v2/team/image/manifests/\(digest)")
            let connection = try await RawConnection.open(port: fixture.server.port)
            try await connection.stopReading()
            // More than the buffers between client and server hold.
            for _ in 1...12 {
                try await connection.send(fixture.server.request("GET", "/v2/\(fixture.name())/manifests/\(digest)").bytes)
            }
            try await fixture.wait { fixture.registry.lines.contains { $0.hasPrefix("GET ") && $0.contains("/manifests/") } }
            try await Task.sleep(for: .milliseconds(1500))
            await connection.close()
            try await fixture.wait { try await fixture.uses(.repositoryPull).contains { $0.state == .failed } }
        }
    }

    @Test("A key that is revoked while a manifest is awaited does not get it", arguments: ["GET", "HEAD"])
    func revoked(_ slow: String) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            let key = try await fixture.backend.makeAdministratorKey(scopes: [.pull])
            let path = "/v2/team/image/manifests/v1"
            let isHead = slow == "HEAD"
            fixture.registry.set(
                isHead ? .late(milliseconds: 2500, Sample.manifestReply()) : .error(405, "UNSUPPORTED", "no"), for: "HEAD", path)
            fixture.registry.set(isHead ? Sample.manifestReply() : .late(milliseconds: 2500, Sample.manifestReply()), for: "GET", path)
            async let response = fixture.send("GET", "manifests/v1", as: .bearer(key))
            try await fixture.wait { fixture.registry.beginnings.contains { $0.hasPrefix("\(slow) \(path)") } }
            _ = try await fixture.backend.backend.revokeAPIKey(key.keyID, by: fixture.backend.caller())
            let ended = try await response
            #expect(ended.status == 401 && ended["Connection"] == "close", "\(ended.status)")
            #expect(try await Self.uses(.repositoryPull, fixture) == ["Failed v1"])
        }
    }
}
