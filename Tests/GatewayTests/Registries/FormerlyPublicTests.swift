import Domain
import NIOHTTP1
import Operations
import TestSupport
import Testing

@Suite("Public repositories that become private")
struct FormerlyPublicTests {
    private static let blob = "blobs/\(Sample.blobDigest)"
    private static let image = "team/open"

    private func run(_ scheme: RegistryScheme, _ body: (RegistryScene) async throws -> Void) async throws {
        try await RegistryScene.run(scheme) { scene in
            try await scene.fixture.register(Self.image, nil, nil)
            scene.registry.change { $0.contents.merge(Sample.contents(of: Self.image)) { $1 } }
            try await body(scene)
        }
    }

    private static let calls = [
        ("GET", blob), ("HEAD", "manifests/v1"), ("GET", "manifests/v1"), ("GET", "tags/list"), ("POST", "blobs/uploads/"),
    ]

    @Test("A demand for a login is confirmed some seconds later, and the error says what to do", arguments: calls)
    func login(_ method: String, _ resource: String) async throws {
        try await run(.basic) { scene in
            let fixture = scene.fixture
            let response = try await fixture.send(method, resource, of: Self.image)
            #expect(response.status == 403, "\(response.status) \(response.text)")
            if method != "HEAD" {
                #expect(
                    response.text.contains(
                        "denied anonymous access to the repository (401 Unauthorized). Store a user name and a password"),
                    "\(response.text)")
                #expect(response.text.contains("docker-cloud repository update"))
            }
            #expect(try await fixture.inspect(Self.image).verification.state == .verified)
            fixture.backend.clock.advance(by: 6)
            #expect(fixture.backend.backend.refusedLoginsToConfirm().map(\.name) == [try fixture.repositoryName(Self.image)])
        }
    }

    @Test("A realm that grants anonymous clients no right denies the right", arguments: [("GET", blob), ("GET", "manifests/v1")])
    func tokens(_ method: String, _ resource: String) async throws {
        try await run(.tokens) { scene in
            let response = try await scene.fixture.send(method, resource, of: Self.image)
            #expect(
                response.status == 403 && response.text.contains("Store a user name and a password"), "\(response.status) \(response.text)")
            let verification = try await scene.fixture.inspect(Self.image).verification
            #expect(verification.state == .verified && verification.granted.pull == .no)
            scene.fixture.backend.clock.advance(by: 6)
            let name = try scene.fixture.repositoryName(Self.image)
            #expect(scene.fixture.backend.backend.refusedLoginsToConfirm().map(\.name) == [name])
        }
    }
}
