import Domain
import Gateway
import Naming
import Operations
import TestSupport
import Testing

@Suite("Approvals of redirect targets")
struct RedirectApprovalTests {
    private static let base = "/v2/team/image"
    private static let replies = [
        ("manifests/v1", Sample.manifestReply()), ("manifests/\(Sample.manifestDigest)", Sample.manifestReply()),
        ("blobs/\(Sample.blobDigest)", .answer(status: 200, body: Sample.blob)),
        ("tags/list", .json(200, #"{"name":"team/image","tags":["moved"]}"#)),
    ]

    private func run(
        _ scheme: RegistryScheme, _ resource: String, gateway: TestGateway = TestGateway(),
        _ body: (RegistryScene, FaultyRegistry) async throws -> Void
    ) async throws {
        let reply = try #require(Self.replies.first { $0.0 == resource }).1
        try await FaultyRegistry.run { store in
            for method in ["GET", "HEAD"] { store.set(reply, for: method, "/content") }
            try await RegistryScene.run(scheme, gateway: gateway) { scene in
                for method in ["GET", "HEAD"] {
                    scene.respond(method, "\(Self.base)/\(resource)") { _ in .redirect(307, to: "http://\(store.authority)/content") }
                }
                try await body(scene, store)
            }
        }
    }

    private static func approve(_ authority: String, _ isApproved: Bool = true, at fixture: Fixture) async throws {
        let change = RegistryChange(isApproved: isApproved, isPlainHTTP: nil, certificateAuthorities: nil, realm: nil)
        let backend = fixture.backend
        _ = try await backend.backend.configureRegistry(RegistryAuthority(parsing: authority), change, in: nil, by: backend.caller())
    }

    @Test(
        "The command in the message allows the redirect until the approval is withdrawn", arguments: replies.map(\.0),
        RegistryScheme.allCases)
    func approved(_ resource: String, _ scheme: RegistryScheme) async throws {
        try await run(scheme, resource) { scene, store in
            let refused = try await scene.fixture.send("GET", resource)
            #expect(refused.status == 403 && store.openings.isEmpty)
            #expect(refused.message.hasSuffix("'docker-cloud registry trust \(store.authority)'."), "\(refused.message)")
            #expect(
                refused.message.hasPrefix("\(store.authority), to which \(scene.registry.authority) redirects, is "), "\(refused.message)")
            try await Self.approve(store.authority, at: scene.fixture)
            let response = try await scene.fixture.send("GET", resource)
            #expect(response.status == 200, "\(response.text)")
            #expect(store.authorizations.isEmpty && Canary.traces(in: "\(store.requests)").isEmpty)
            let count = store.requests.count
            try await Self.approve(store.authority, false, at: scene.fixture)
            // The manifest is served from the cache now.
            if !resource.hasPrefix("manifests/sha256") { #expect(try await scene.fixture.send("GET", resource).status == 403) }
            #expect(store.requests.count == count)
        }
    }

    @Test("An approval of another port, of the host's name without a port, or of another name of the host allows nothing")
    func others() async throws {
        let resource = "blobs/\(Sample.blobDigest)"
        try await run(.basic, resource) { (scene: RegistryScene, store: FaultyRegistry) async throws in
            for authority in ["127.0.0.1", "127.0.0.1:\(store.port ^ 1)", "127.0.0.1:80", "localhost:\(store.port)"] {
                try await Self.approve(authority, at: scene.fixture)
                #expect(try await scene.fixture.send("GET", resource).status == 403, "\(authority)")
            }
            #expect(store.openings.isEmpty)
        }
    }

    @Test("An approval does not override the address policy")
    func banned() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            try await Self.approve("169.254.169.254:80", at: fixture)
            try await Self.approve("169.254.169.254", at: fixture)
            fixture.registry.set(.redirect(to: "http://169.254.169.254/latest"), for: "GET", "\(Self.base)/tags/list")
            let response = try await fixture.send("GET", "tags/list")
            #expect(response.status == 403 && response.message.contains("never connects there"), "\(response.text)")
        }
    }

    @Test("A redirect to an approved host is returned to clients", arguments: RegistryScheme.allCases)
    func handedOut(_ scheme: RegistryScheme) async throws {
        let resource = "blobs/\(Sample.blobDigest)"
        let gateway = TestGateway(options: .init(forwardsBlobRedirects: true))
        try await run(scheme, resource, gateway: gateway) { (scene: RegistryScene, store: FaultyRegistry) async throws in
            #expect(try await scene.fixture.send("GET", resource).status == 403)
            try await Self.approve(store.authority, at: scene.fixture)
            let response = try await scene.fixture.send("GET", resource)
            #expect(response.status == 307 && response["Location"] == "http://\(store.authority)/content", "\(response.text)")
        }
    }
}
