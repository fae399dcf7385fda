import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Sealing
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Rotating key-encryption keys") struct RotateKeysTests {
    @Test("A rotation rewraps all secrets in batches and can be repeated") func goesThroughAll() async throws {
        let test = try await TestBackend()
        for number in 0..<5 { try await test.register("registry.example/team/image\(number)", "carol", "sesame") }
        let ring = test.ring.rotated(to: .generate())
        let rotation = RotateKeys(store: test.store, ring: ring, batch: 2)
        #expect(try await rotation.run() == 5)
        #expect(try await test.store.read { try $0.sealingKeyIDs() } == [ring.newest.id.description])
        #expect(try await rotation.run() == 0)
        let deployment = try #require(try await test.store.read { try $0.deployment() })
        _ = try await OpenedDeployment(deployment, in: test.store, ring: KeyRing(ring.newest))
    }

    @Test("A rotation stops at a secret that was moved to another registry") func stopsAtATamperedSecret() async throws {
        let test = try await TestBackend()
        try await test.register("registry.example/team/image", "carol", "sesame")
        try RawDatabase(test).run("UPDATE credentials SET authority = 'evil.example'")
        await #expect(throws: SealingError.self) {
            try await RotateKeys(store: test.store, ring: test.ring.rotated(to: .generate())).run()
        }
    }
}

@Suite("Replacing the deployment's secret")
struct ReplaceDeploymentSecretTests {
    private static let name = "registry.example/team/image"

    @Test(
        "Replacing the secret, even twice, expires tokens and upload locations; credentials and API keys stay valid"
    )
    func replaces() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let carol = try await backend.makeAccount("carol")
        let before = backend.deployment
        let token = before.tokenSigner.sign([1])
        let location = try before.locationSealer.seal([1], for: [])
        let raw = try RawDatabase(backend)
        let codes = try raw.text("SELECT group_concat(hex(code)) FROM accounts")
        for _ in 1...2 {
            #expect(try await ReplaceDeploymentSecret(store: backend.store, ring: backend.ring).run() == 6)
            let after = try await Self.opened(backend)
            #expect(after.tokenSigner.payload(of: token) == nil && after.locationSealer.open(location, for: []) == nil)
            #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) } == [])
            let verbs = Backend(store: backend.store, deployment: after, verifier: backend.verifier, clock: backend.clock.clock)
            for key in [backend.key, carol] { _ = try await verbs.authenticate(PresentedKey(account: nil, key: key)) }
            await expectFault(401) { try await verbs.authenticate(PresentedKey(account: nil, key: InvalidKeys.wrongSecret(for: carol))) }
        }
        #expect(try raw.text("SELECT group_concat(hex(code)) FROM accounts") != codes)
        #expect(try raw.text("SELECT id FROM credentials WHERE login_mark IS NOT NULL") == nil)
        let verbs = Backend(store: backend.store, deployment: try await Self.opened(backend), verifier: backend.verifier)
        let caller = try await backend.caller(on: verbs)
        let (used, _) = try await verbs.useRepository(
            .pull, of: RepositoryName(parsing: Self.name), "v1", isExistenceCheck: true, in: nil, by: caller)
        #expect(try await verbs.openUpstream(of: used, by: caller).reference != nil)
    }

    @Test("A key is hashed again after its next use, and its row verifies")
    func rehashes() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        let before = try await backend.stored(carol.keyID)?.hash
        _ = try await ReplaceDeploymentSecret(store: backend.store, ring: backend.ring).run()
        let after = try await Self.opened(backend)
        let verbs = Backend(store: backend.store, deployment: after, verifier: backend.verifier)
        #expect(try await backend.stored(carol.keyID)?.hash == before)
        _ = try await verbs.authenticate(PresentedKey(account: nil, key: carol))
        try await verbs.writeKeyUses()
        let stored = try #require(try await backend.stored(carol.keyID))
        #expect(stored.hash != before && stored.hash == after.hasher.hash(carol))
        #expect(try await backend.stored(backend.key.keyID)?.hash == before.map { _ in backend.deployment.hasher.hash(backend.key) })
        _ = try await verbs.authenticate(PresentedKey(account: nil, key: carol))
    }

    @Test("A row that does not verify is not signed by the replacement")
    func forged() async throws {
        let backend = try await TestBackend()
        _ = try await backend.makeAccount("carol")
        try RawDatabase(backend).run("UPDATE accounts SET is_administrator = 1 WHERE name = 'carol'")
        _ = try await ReplaceDeploymentSecret(store: backend.store, ring: backend.ring).run()
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) }.map(\.name.kind) == [.account])
    }

    private static func opened(_ backend: TestBackend) async throws -> OpenedDeployment {
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        return try await OpenedDeployment(deployment, in: backend.store, ring: backend.ring)
    }
}

extension TestBackend {
    /// The administrator according to another backend on the same store.
    fileprivate func caller(on verbs: Backend) async throws -> Caller {
        let identity = try await verbs.authenticate(PresentedKey(account: nil, key: key))
        return Caller(
            identity: identity,
            origin: Action.Origin(user: "admin", keyID: identity.keyID, address: "", method: "GET", path: "", userAgent: ""))
    }
}
