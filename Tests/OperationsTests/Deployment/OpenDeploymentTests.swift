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

    @Test("A ring without the key is refused, and the error names the keys that are needed and given")
    func wrongRing() async throws {
        let empty = try EmptyDeployment()
        try await empty.firstStart(ring: old)
        let error = await #expect(throws: OpenedDeployment.OpeningError.self) { try await empty.opened(with: KeyRing(new)) }
        #expect(error == .missingKeys(needed: ["\(old.newest.id)"], given: ["\(new.id)"]))
    }

    @Test("A ring with the old and the new key opens what either sealed; each alone is refused, once both are needed")
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

    @Test("A credential's missing key is found at the start already, not when the credential is needed")
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

    @Test("A deployment's secret opens in that deployment only, and as it was sealed")
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
