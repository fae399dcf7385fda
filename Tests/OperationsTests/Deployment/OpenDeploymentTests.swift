import Domain
import FoundationEssentials
import Naming
import Operations
import Sealing
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Opening a deployment")
struct OpenDeploymentTests {
    private let old = KeyRing(.generate())
    private let new = KeyEncryptionKey.generate()

    @Test("A key ring without the needed key is refused, and the error names the needed and the given keys")
    func wrongRing() async throws {
        let empty = try EmptyDeployment()
        try await empty.firstStart(ring: old)
        let error = await #expect(throws: OpenedDeployment.OpeningError.self) { try await empty.opened(with: KeyRing(new)) }
        #expect(error == .missingKeys(needed: ["\(old.newest.id)"], given: ["\(new.id)"]))
    }

    @Test("A ring with the old and the new key opens a deployment sealed with both; each key alone is refused")
    func rotated() async throws {
        let empty = try EmptyDeployment()
        let key = try await empty.firstStart(ring: old)
        let ring = old.rotated(to: new)
        let backend = try await empty.backend(with: ring)
        let identity = try await backend.authenticate(PresentedKey(account: "admin", key: key))
        let origin = Action.Origin(user: "admin", keyID: nil, address: "192.0.2.1", method: "POST", path: "/", userAgent: "test")
        _ = try await backend.registerRepository(
            RepositoryName(parsing: "registry.example/team/image"), with: CredentialInput("user", "secret"), in: nil, verify: .no,
            by: Caller(identity: identity, origin: origin))
        _ = try await empty.opened(with: ring)
        await expectMissing(old.newest.id, from: KeyRing(new), opening: empty)
        await expectMissing(new.id, from: old, opening: empty)
    }

    @Test("A missing key of a single credential is detected at startup")
    func oneCredential() async throws {
        let backend = try await TestBackend()
        try await backend.register("registry.example/team/image", "user", "secret")
        try RawDatabase(backend).run("UPDATE credential_secrets SET key_id = '0123456789abcdef'")
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        let error = await #expect(throws: OpenedDeployment.OpeningError.self) {
            try await OpenedDeployment(deployment, in: backend.store, ring: backend.ring)
        }
        #expect(error == .missingKeys(needed: ["0123456789abcdef"], given: ["\(backend.ring.newest.id)"]))
    }

    @Test("An edited deployment secret does not open, nor does it in another deployment")
    func edited() async throws {
        let empty = try EmptyDeployment()
        try await empty.firstStart()
        let raw = try empty.raw()
        let secret = try #require(try raw.bytes("SELECT secret FROM deployment"))
        let changed = secret.indices.map { position in
            var changed = secret
            changed[position] ^= 0x80
            return changed
        }
        for bytes in changed + [[], Array(secret.dropLast()), secret + [0]] {
            try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(bytes))")
            await #expect(throws: SealingError.self) { try await empty.opened(with: empty.ring) }
        }
        try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(secret))")
        _ = try await empty.opened(with: empty.ring)
        try raw.run("UPDATE deployment SET id = '00000000-0000-4000-8000-000000000000'")
        await #expect(throws: SealingError.tampered) { try await empty.opened(with: empty.ring) }
    }

    private func expectMissing(_ id: KeyID, from ring: KeyRing, opening deployment: EmptyDeployment) async {
        let error = await #expect(throws: OpenedDeployment.OpeningError.self) { try await deployment.opened(with: ring) }
        #expect(error == .missingKeys(needed: ["\(id)"], given: ring.ids.map(\.description)))
    }
}

@Suite("Signing the rows of an earlier version")
struct SignRowsTests {
    static let tables = ["accounts", "api_keys", "memberships", "registries", "repositories"]

    @Test("The first start of this version signs all rows and records it in the sealed deployment row")
    func signsOnce() async throws {
        let (backend, raw) = try await Self.earlierVersion()
        let before = try raw.bytes("SELECT secret FROM deployment")
        _ = try await Self.open(backend)
        #expect(try raw.bytes("SELECT secret FROM deployment") != before)
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) } == [])
        for table in Self.tables {
            #expect(try raw.text("SELECT id FROM deployment WHERE EXISTS (SELECT 1 FROM \(table) WHERE code IS NULL)") == nil)
        }
        let again = try raw.everything()
        _ = try await Self.open(backend)
        #expect(try raw.everything() == again)
    }

    @Test("After the signing, a row without a code is refused and no start signs it", arguments: tables)
    func refusesMissingCodes(_ table: String) async throws {
        let (backend, raw) = try await Self.earlierVersion()
        _ = try await Self.open(backend)
        let changed = try raw.run("UPDATE \(table) SET code = NULL")
        _ = try await Self.open(backend)
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) }.count == changed)
    }

    @Test("A deployment row from before the signing does not open if rows are signed")
    func refusesOlderDeploymentRow() async throws {
        let (backend, raw) = try await Self.earlierVersion()
        let older = try #require(try raw.bytes("SELECT secret FROM deployment"))
        _ = try await Self.open(backend)
        try raw.run("UPDATE accounts SET is_administrator = 1, code = NULL WHERE name = 'carol'")
        try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(older))")
        await #expect(throws: OpenedDeployment.OpeningError.olderDeploymentRow) { try await Self.open(backend) }
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) }.count == 1)
    }

    @Test("The deployment row of a new deployment records signed rows from the start")
    func firstStart() async throws {
        let backend = try await TestBackend()
        let envelope = try #require(try await backend.store.read { try $0.deployment() }).secretEnvelope
        _ = try await Self.open(backend)
        #expect(try await backend.store.read { try $0.deployment() }?.secretEnvelope == envelope)
    }

    private static func open(_ backend: TestBackend) async throws -> OpenedDeployment {
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        return try await OpenedDeployment(deployment, in: backend.store, ring: backend.ring)
    }

    /// A deployment with all kinds of rows, as left by a version that did not sign them.
    static func earlierVersion() async throws -> (TestBackend, RawDatabase) {
        let backend = try await TestBackend()
        try await backend.register("registry.example/team/image", "user", "secret")
        try await backend.makeOrganization()
        try await backend.makeMember("carol", .read)
        let raw = try RawDatabase(backend)
        for table in tables { try raw.run("UPDATE \(table) SET code = NULL") }
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        let destination = SealingContext.deploymentSecret(row: deployment.id, version: 1)
        let sealer = backend.deployment.sealer
        let content = try sealer.open(Envelope(parsing: deployment.secretEnvelope), for: destination)
        let earlier = try sealer.seal(Array(content[1..<33]), for: destination)
        try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(earlier.bytes))")
        return (backend, raw)
    }
}
