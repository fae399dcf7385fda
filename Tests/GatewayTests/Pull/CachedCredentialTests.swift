import Domain
import Operations
import TestSupport
import Testing

@Suite("Cached manifests and new credentials")
struct CachedCredentialTests {
    private static let manifest = "manifests/\(Sample.manifestDigest)"

    private static func update(_ house: House, to password: String) async throws {
        _ = try await house.backend.backend.updateRepository(
            house.repositoryName(), with: CredentialInput(username: Secret(Canary.username), password: Secret(password)), newName: nil,
            in: nil, verify: .no, by: house.backend.caller())
    }

    @Test("A cached manifest is served with a new credential once the registry has accepted it", arguments: RegistryScheme.allCases)
    func updated(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            let house = scene.house
            for _ in 1...2 { #expect(try await house.send("GET", Self.manifest).status == 200) }
            let count = scene.registry.requests.count
            #expect(try await house.send("GET", Self.manifest).status == 200)
            #expect(scene.registry.requests.count == count, "it is cached")
            try await Self.update(house, to: "wrong")
            #expect(try await house.send("GET", Self.manifest).status == 403)
            #expect(try await house.inspect().verification.state == .unverified)
            try await Self.update(house, to: Canary.password)
            for _ in 1...2 { #expect(try await house.send("GET", Self.manifest).status == 200) }
            #expect(try await house.inspect().verification.state == .verified)
        }
    }
}
