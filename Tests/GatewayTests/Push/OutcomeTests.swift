import Domain
import Gateway
import NIOHTTP1
import Naming
import Operations
import TestSupport
import Testing

@Suite("Outcomes of pulls, pushes and deletions")
struct OutcomeTests {
    private static let blob = "blobs/\(Sample.blobDigest)"
    private static let manifest = "/v2/team/image/manifests"

    /// The recorded uses, such as `Success v1` or `Failed v1 404`, the oldest first.
    private static func uses(_ kind: Action.Kind, _ fixture: Fixture) async throws -> [String] {
        try await fixture.uses(kind).reversed().map { action in
            "\(action.state.rawValue) \(action.reference ?? "-")\(action.status.map { " \($0)" } ?? "")"
        }
    }

    @Test("A pull is recorded with the reference and the outcome of its first request", arguments: RegistryScheme.allCases)
    func pull(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            for resource in ["manifests/v1", Self.blob, "tags/list"] {
                #expect(try await scene.fixture.send("GET", resource).status == 200)
            }
            #expect(try await Self.uses(.repositoryPull, scene.fixture) == ["Success v1"])
            let action = try #require(try await scene.fixture.uses(.repositoryPull).first)
            #expect(action.reason == nil && action.attempts == 1 && action.origin.keyID == scene.fixture.backend.key.keyID)
        }
    }

    @Test("A pull that begins with a list of tags gets the reference of the next manifest or blob", arguments: ["manifests/v1", blob])
    func list(_ resource: String) async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            #expect(try await fixture.send("GET", "tags/list").status == 200)
            try await fixture.wait { try await Self.uses(.repositoryPull, fixture) == ["Success -"] }
            #expect(try await fixture.send("GET", "tags/list").status == 200)
            #expect(try await fixture.send("GET", resource).status == 200)
            let reference = resource == Self.blob ? Sample.blobDigest : "v1"
            try await fixture.wait { try await Self.uses(.repositoryPull, fixture) == ["Success \(reference)"] }
            #expect(try await fixture.uses(.repositoryPull).first?.origin.path.hasSuffix(resource) == true)
            #expect(try await fixture.send("GET", "manifests/\(Sample.manifestDigest)").status == 200)
            #expect(try await Self.uses(.repositoryPull, fixture) == ["Success \(reference)"])
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply
        let status: Int
    }

    private static let refusals = [
        Refusal(testDescription: "404", reply: .error(404, "MANIFEST_UNKNOWN", "no such tag"), status: 404),
        Refusal(testDescription: "403", reply: .error(403, "DENIED", "no such right"), status: 403),
        Refusal(testDescription: "429", reply: .tooManyRequests(retryAfter: 1), status: 429),
        Refusal(testDescription: "500", reply: .error(500, "UNKNOWN", "no"), status: 502),
        Refusal(testDescription: "the connection is closed", reply: .hangUp, status: 502),
        Refusal(
            testDescription: "another digest", reply: .answer(status: 200, headers: ["Docker-Content-Digest": "x"], body: [1]), status: 502),
    ]

    @Test("A refused pull has failed, and the next request is another pull", arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            for method in ["GET", "HEAD"] { fixture.registry.set(refusal.reply, for: method, "\(Self.manifest)/\(Sample.blobDigest)") }
            let reference = "\(Sample.blobDigest)"
            for count in 1...2 {
                #expect(try await fixture.send("GET", "manifests/\(reference)").status == refusal.status)
                let failure = "Failed \(reference) \(refusal.status)"
                #expect(try await Self.uses(.repositoryPull, fixture) == Array(repeating: failure, count: count))
            }
            let reason = try #require(try await fixture.uses(.repositoryPull).first?.reason)
            #expect(!reason.isEmpty && Canary.traces(in: reason).isEmpty)
            #expect(try await fixture.send("GET", Self.blob).status == 200)
            // The outcome is known when the client has received the whole body.
            try await fixture.wait { try await Self.uses(.repositoryPull, fixture).last == "Success \(Sample.blobDigest)" }
        }
    }

    @Test("A failed later request of a pull is a separate action and does not change the pull")
    func later() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            #expect(try await fixture.send("GET", "manifests/v1").status == 200)
            #expect(try await fixture.send("GET", "manifests/none").status == 404)
            #expect(try await fixture.send("GET", Self.blob).status == 200)
            #expect(try await Self.uses(.repositoryPull, fixture) == ["Success v1", "Failed none 404"])
        }
    }

    @Test("A pull of a truncated blob, or of one whose client disconnects, has failed")
    func broken() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            fixture.registry.set(.truncated(status: 200), for: "GET", "/v2/team/image/\(Self.blob)")
            await #expect(throws: RawConnection.Failure.self) { try await fixture.send("GET", Self.blob) }
            #expect(try await Self.uses(.repositoryPull, fixture) == ["Failed \(Sample.blobDigest)"])
            #expect(try await fixture.uses(.repositoryPull).first?.reason == "the response ended early")
        }
    }

    @Test("A HEAD is not a pull, and a push records no pull")
    func questions() async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            for resource in ["manifests/v1", "manifests/none", Self.blob] { _ = try await scene.fixture.send("HEAD", resource) }
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(try await scene.fixture.pushManifest("v2").status == 201)
            #expect(try await Self.uses(.repositoryPull, scene.fixture).isEmpty)
            #expect(try await Self.uses(.repositoryPush, scene.fixture) == ["Success v2"])
        }
    }

    @Test("A push is in progress until its manifest is stored, and each manifest completes one push")
    func push() async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(try await Self.uses(.repositoryPush, scene.fixture) == ["In progress -"])
            for reference in ["v2", "v3"] { #expect(try await scene.fixture.pushManifest(reference).status == 201) }
            #expect(try await Self.uses(.repositoryPush, scene.fixture) == ["Success v2", "Success v3"])
        }
    }

    @Test("A push whose blob or manifest is refused has failed", arguments: [true, false])
    func refusedPush(_ isManifest: Bool) async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            scene.respond("PUT", "\(Self.manifest)/v2") { _ in .error(400, "MANIFEST_INVALID", "no") }
            scene.respond("PATCH", "/v2/team/image/blobs/uploads/1") { _ in .error(413, "SIZE_INVALID", "too large") }
            if isManifest {
                _ = try await scene.fixture.send("POST", "blobs/uploads/")
                #expect(try await scene.fixture.pushManifest("v2").status == 400)
            } else {
                #expect(try await scene.fixture.push() == [202, 413])
            }
            #expect(try await Self.uses(.repositoryPush, scene.fixture) == [isManifest ? "Failed v2 400" : "Failed - 413"])
            #expect(try await scene.fixture.pushManifest("v3").status == 201)
            #expect(try await Self.uses(.repositoryPush, scene.fixture).last == "Success v3")
        }
    }

    @Test("A push without a manifest ends after five minutes, or when the server stops", arguments: [true, false])
    func withoutManifest(_ isLast: Bool) async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            #expect(try await fixture.push() == [202, 202, 201])
            if !isLast {
                fixture.backend.clock.advance(by: 299)
                try await fixture.backend.backend.catchUpTrail()
                #expect(try await Self.uses(.repositoryPush, fixture) == ["In progress -"])
                fixture.backend.clock.advance(by: 2)
            }
            try await fixture.backend.backend.catchUpTrail(isLast: isLast)
            #expect(try await Self.uses(.repositoryPush, fixture) == ["Success -"])
            #expect(try await fixture.uses(.repositoryPush).first?.reason == "no manifest was pushed")
        }
    }

    @Test("Each deletion is recorded with its reference and its outcome")
    func deletions() async throws {
        try await Fixture.run(gateway: TestGateway(options: .init(allowsDeletion: true))) { (fixture: Fixture) async throws in
            fixture.registry.set(.answer(status: 202), for: "DELETE", "\(Self.manifest)/v1")
            fixture.registry.set(.error(405, "UNSUPPORTED", "no"), for: "DELETE", "\(Self.manifest)/v2")
            for tag in ["v1", "v2"] { _ = try await fixture.send("DELETE", "manifests/\(tag)") }
            #expect(try await Self.uses(.repositoryContentsDelete, fixture) == ["Success v1", "Failed v2 405"])
        }
    }

    @Test("A pull with the same key from another address is another action")
    func addresses() async throws {
        try await Fixture.run(trustedProxies: [try #require(Network("127.0.0.0/8"))]) { (fixture: Fixture) async throws in
            for address in ["192.0.2.1", "192.0.2.2", "192.0.2.1"] {
                #expect(try await fixture.send("GET", Self.blob, [(name: "X-Forwarded-For", value: address)]).status == 200)
            }
            #expect(try await fixture.uses(.repositoryPull).map(\.origin.address) == ["192.0.2.2", "192.0.2.1"])
        }
    }

    @Test(
        "A use that the key does not allow is recorded, in the namespace if the account is a member",
        arguments: ["pull", "push", "other"])
    func denied(_ lack: String) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            let scopes: Set<Scope> = lack == "pull" ? [.push] : [.pull]
            let patterns = lack == "other" ? [try RepositoryPattern(parsing: "registry.example/a")] : []
            let key = try await fixture.backend.makeKey(of: "admin", scopes: scopes, restriction: .init(repositories: patterns))
            let isPush = lack == "push"
            for method in isPush ? ["PUT"] : ["GET", "HEAD"] {
                let response = try await fixture.send(method, "manifests/v1", as: .bearer(key), body: isPush ? Sample.manifest : nil)
                #expect(response.status == 403, "\(response.status) \(response.text)")
            }
            let kind: Action.Kind = isPush ? .repositoryPush : .repositoryPull
            #expect(try await Self.uses(kind, fixture) == Array(repeating: "Failed v1 403", count: isPush ? 1 : 2))
            let action = try #require(try await fixture.uses(kind).first)
            let object = Action.Object.repository(try fixture.repositoryName())
            #expect(action.origin.keyID == key.keyID && action.object == object)
            #expect(fixture.registry.openings.isEmpty)
        }
    }

    @Test("The first of many repeated failures are recorded one by one, and the others as a number")
    func loop() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            for _ in 0..<40 { #expect(try await fixture.send("GET", "manifests/none").status == 404) }
            let begun = try await fixture.uses(.repositoryPull)
            // The last one covers further requests.
            #expect(begun.filter { $0.state == .failed }.map(\.attempts).reduce(0, +) == 39 && begun.count == 32)
            #expect(begun.filter { $0.state == .inProgress }.count == 1)
            for resource in ["manifests/v1", Self.blob] { #expect(try await fixture.send("GET", resource).status == 200) }
            for _ in 0..<40 { #expect(try await fixture.send("GET", "manifests/none").status == 404) }
            try await fixture.backend.backend.catchUpTrail(isLast: true)
            let uses = try await fixture.uses(.repositoryPull)
            #expect(uses.filter { $0.state == .success }.map(\.reference) == ["v1"])
            let attempts = uses.filter { $0.state == .failed }.map(\.attempts)
            #expect(attempts.count == 31 && attempts.max() == 50, "\(attempts)")
            fixture.backend.clock.advance(by: 181)
            #expect(try await fixture.send("GET", "manifests/none").status == 404)
            #expect(try await fixture.uses(.repositoryPull).count == 33)
        }
    }
}
