import Domain
import Gateway
import NIOHTTP1
import Naming
import Operations
import TestSupport
import Testing

@Suite("Unknown outcomes of pushes and deletions")
struct UnknownOutcomeTests {
    /// A request that changes contents at the registry.
    enum Change: String, CaseIterable, Sendable {
        case manifest, manifestDeletion, blobDeletion, upload, uploadWithBody, mount

        var method: String {
            switch self {
            case .manifest, .upload, .uploadWithBody: "PUT"
            case .manifestDeletion, .blobDeletion: "DELETE"
            case .mount: "POST"
            }
        }

        var path: String {
            switch self {
            case .manifest: "/v2/team/image/manifests/v2"
            case .manifestDeletion: "/v2/team/image/manifests/\(Sample.manifestDigest)"
            case .blobDeletion: "/v2/team/image/blobs/\(Sample.blobDigest)"
            case .upload, .uploadWithBody: "/v2/team/image/blobs/uploads/1"
            case .mount: "/v2/team/image/blobs/uploads/"
            }
        }

        var kind: Action.Kind { method == "DELETE" ? .repositoryContentsDelete : .repositoryPush }

        /// The request of a client, with an upload that has begun if it needs one.
        func request(_ fixture: Fixture, _ authorization: Authorization) async throws -> RawRequest {
            let base = "/v2/\(fixture.name())"
            switch self {
            case .manifest: return fixture.server.request("PUT", "\(base)/manifests/v2", as: authorization, body: Sample.manifest)
            case .manifestDeletion: return fixture.server.request("DELETE", "\(base)/manifests/\(Sample.manifestDigest)", as: authorization)
            case .blobDeletion: return fixture.server.request("DELETE", "\(base)/blobs/\(Sample.blobDigest)", as: authorization)
            case .upload, .uploadWithBody:
                let begun = try await fixture.send("POST", "blobs/uploads/", as: authorization)
                let target = "\(begun["Location"] ?? "")?digest=\(Sample.blobDigest)"
                return fixture.server.request("PUT", target, as: authorization, body: self == .upload ? nil : Sample.blob)
            case .mount:
                let query = "mount=\(Sample.blobDigest)&from=\(fixture.name("team/source"))"
                return fixture.server.request("POST", "\(base)/blobs/uploads/?\(query)", as: authorization)
            }
        }
    }

    private static func run(_ body: (RegistryScene) async throws -> Void) async throws {
        try await RegistryScene.run(.basic, gateway: TestGateway(options: .init(allowsDeletion: true))) { scene in
            try await scene.fixture.register("team/source", Canary.username, Canary.password)
            try await body(scene)
        }
    }

    /// Waits for the outcome of the last use.
    private static func outcome(_ change: Change, _ fixture: Fixture) async throws -> Action? {
        try await fixture.wait { try await fixture.uses(change.kind).first.map { $0.state != .inProgress } ?? false }
        return try await fixture.uses(change.kind).first
    }

    private static func fault(_ change: Change, _ reply: RegistryReply, at registry: FaultyRegistry) {
        registry.set(for: change.method, change.path) { request in
            request.authorization == nil || change == .mount && request.parameter("mount") == nil
                ? .challenge(#"Basic realm="Test registry""#) : reply
        }
    }

    @Test("The outcome is unknown if the client leaves after its request was sent", arguments: Change.allCases)
    func leaving(_ change: Change) async throws {
        try await Self.run { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            let request = try await change.request(fixture, .administrator)
            Self.fault(change, .hang, at: scene.registry)
            let connection = try await RawConnection.open(port: fixture.server.port)
            try await connection.send(request.bytes)
            try await fixture.wait { scene.registry.requests.contains { $0.path == change.path && $0.authorization != nil } }
            #expect(try await fixture.uses(change.kind).first?.state == .inProgress)
            await connection.close()
            let action = try #require(try await Self.outcome(change, fixture))
            #expect(action.state == .unknown && action.status == nil, "\(action.state) \(action.reason ?? "")")
            #expect(action.reason?.contains("its outcome is not known: ") == true)
        }
    }

    @Test("The outcome is unknown if the key is revoked after its request was sent", arguments: Change.allCases)
    func revoked(_ change: Change) async throws {
        try await Self.run { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            let key = try await fixture.backend.makeAdministratorKey()
            let request = try await change.request(fixture, .bearer(key))
            Self.fault(change, .hang, at: scene.registry)
            async let response = fixture.server.send(request)
            try await fixture.wait { scene.registry.requests.contains { $0.path == change.path && $0.authorization != nil } }
            _ = try await fixture.backend.backend.revokeAPIKey(key.keyID, by: fixture.backend.caller())
            #expect(try await response.status == 401)
            let action = try #require(try await Self.outcome(change, fixture))
            #expect(action.state == .unknown, "\(action.state) \(action.reason ?? "")")
        }
    }

    @Test(
        "The outcome is unknown if the registry closes the connection without a response",
        arguments: Change.allCases.filter { $0 != .mount }, [RegistryReply.hangUp, .raw([], then: .reset)])
    func closed(_ change: Change, _ reply: RegistryReply) async throws {
        try await Self.run { (scene: RegistryScene) async throws in
            let request = try await change.request(scene.fixture, .administrator)
            Self.fault(change, reply, at: scene.registry)
            #expect(try await scene.fixture.server.send(request).status == 502)
            let action = try #require(try await Self.outcome(change, scene.fixture))
            #expect(action.state == .unknown, "\(action.state) \(action.reason ?? "")")
        }
    }

    /// The registry closes the connection after the first authenticated request for the change, and responds to its repetition.
    private static func loseFirst(_ change: Change, at registry: FaultyRegistry, then reply: RegistryReply) {
        registry.set(for: change.method, change.path) { [registry] request in
            if request.authorization == nil { return .challenge(#"Basic realm="Test registry""#) }
            let count = registry.requests.count { $0.path == change.path && $0.authorization != nil }
            return count == 1 ? .hangUp : reply
        }
    }

    @Test("The outcome is unknown if the repetition of a lost request is refused", arguments: [Change.manifestDeletion, .upload])
    func repeated(_ change: Change) async throws {
        try await Self.run { (scene: RegistryScene) async throws in
            let request = try await change.request(scene.fixture, .administrator)
            Self.loseFirst(change, at: scene.registry, then: .error(404, "MANIFEST_UNKNOWN", "none"))
            #expect(try await scene.fixture.server.send(request).status == 404)
            let action = try #require(try await Self.outcome(change, scene.fixture))
            #expect(action.state == .unknown, "\(action.state) \(action.reason ?? "")")
        }
    }

    @Test("A lost request whose repetition succeeds has succeeded", arguments: [Change.manifest, .manifestDeletion])
    func repeatedSuccess(_ change: Change) async throws {
        try await Self.run { (scene: RegistryScene) async throws in
            let request = try await change.request(scene.fixture, .administrator)
            Self.loseFirst(change, at: scene.registry, then: .answer(status: change == .manifest ? 201 : 202))
            #expect(try await scene.fixture.server.send(request).status < 300)
            #expect(try await Self.outcome(change, scene.fixture)?.state == .success)
        }
    }

    @Test(
        "A refused change has failed, with its status", arguments: Change.allCases.filter { $0 != .mount }, [400, 403, 404, 500])
    func refused(_ change: Change, _ status: Int) async throws {
        try await Self.run { (scene: RegistryScene) async throws in
            let request = try await change.request(scene.fixture, .administrator)
            Self.fault(change, .error(status, "DENIED", "no"), at: scene.registry)
            let response = try await scene.fixture.server.send(request)
            let action = try #require(try await Self.outcome(change, scene.fixture))
            #expect(action.state == .failed && action.status == response.status, "\(action.state) \(action.reason ?? "")")
        }
    }

    @Test("A change that was not sent has failed: the client left in the middle of its body, or the registry cannot be reached")
    func unsent() async throws {
        try await Self.run { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            let begun = try await fixture.send("POST", "blobs/uploads/")
            let connection = try await RawConnection.open(port: fixture.server.port)
            let target = "\(begun["Location"] ?? "")?digest=\(Sample.blobDigest)"
            let fields = [(name: "Content-Length", value: "100000")]
            try await connection.send(fixture.server.request("PUT", target, fields, body: Sample.blob).bytes)
            try await fixture.wait { scene.registry.beginnings.contains { $0.hasPrefix("PUT ") } }
            await connection.close()
            #expect(try await Self.outcome(.upload, fixture)?.state == .failed)
        }
        try await Fixture.run { (fixture: Fixture) async throws in
            let port = try LoopbackPort.free()
            let name = try RepositoryName(parsing: "127.0.0.1:\(port)/team/image")
            _ = try await fixture.backend.backend.registerRepository(
                name, with: CredentialInput(username: nil, password: nil), in: nil, verify: .unspecified, by: fixture.backend.caller())
            let response = try await fixture.server.send(
                fixture.server.request("PUT", "/v2/127.0.0.1_\(port)/team/image/manifests/v2", body: Sample.manifest))
            #expect(response.status == 502, "\(response.text)")
            #expect(try await Self.outcome(.manifest, fixture)?.state == .failed)
        }
    }

    @Test("A deletion whose outcome is unknown removes the cached manifest")
    func cached() async throws {
        try await Self.run { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            let resource = "manifests/\(Sample.manifestDigest)"
            #expect(try await fixture.send("GET", resource).status == 200)
            let key = try await fixture.backend.makeAdministratorKey()
            Self.fault(.manifestDeletion, .hang, at: scene.registry)
            async let response = fixture.send("DELETE", resource, as: .bearer(key))
            try await fixture.wait { scene.registry.requests.contains { $0.method == "DELETE" && $0.authorization != nil } }
            _ = try await fixture.backend.backend.revokeAPIKey(key.keyID, by: fixture.backend.caller())
            #expect(try await response.status == 401)
            let reads = { scene.registry.requests.count { $0.method == "GET" && $0.path.hasSuffix(Sample.manifestDigest) } }
            let before = reads()
            #expect(try await fixture.send("GET", resource).status == 200)
            #expect(reads() == before + 1)
        }
    }
}
