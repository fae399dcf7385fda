import Domain
import Operations
import TestSupport
import Testing

@Suite("Cached manifests and new credentials")
struct CachedCredentialTests {
    private static let manifest = "manifests/\(Sample.manifestDigest)"

    private static func update(_ fixture: Fixture, to password: String) async throws {
        _ = try await fixture.backend.backend.updateRepository(
            fixture.repositoryName(), with: CredentialInput(username: Secret(Canary.username), password: Secret(password)), newName: nil,
            in: nil, verify: .no, by: fixture.backend.caller())
    }

    @Test("A cached manifest is served with a new credential once the registry has accepted it", arguments: RegistryScheme.allCases)
    func updated(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            let fixture = scene.fixture
            for _ in 1...2 { #expect(try await fixture.send("GET", Self.manifest).status == 200) }
            let count = scene.registry.requests.count
            #expect(try await fixture.send("GET", Self.manifest).status == 200)
            #expect(scene.registry.requests.count == count, "it is cached")
            try await Self.update(fixture, to: "wrong")
            #expect(try await fixture.send("GET", Self.manifest).status == 403)
            #expect(try await fixture.inspect().verification.state == .unverified)
            try await Self.update(fixture, to: Canary.password)
            for _ in 1...2 { #expect(try await fixture.send("GET", Self.manifest).status == 200) }
            #expect(try await fixture.inspect().verification.state == .verified)
        }
    }
}
