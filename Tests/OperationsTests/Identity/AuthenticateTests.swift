import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Authentication")
struct AuthenticateTests {
    @Test("A valid key authenticates its owner, with or without the account name", arguments: [nil, "team"])
    func valid(account: String?) async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("team", scopes: [.pull, .repositoryRead])
        let identity = try await backend.backend.authenticate(PresentedKey(account: account, key: key))
        #expect(identity.account.name.description == "team")
        #expect(identity.keyID == key.keyID)
        #expect(identity.scopes == [.pull, .repositoryRead])
    }

    @Test("A key is refused with another account name", arguments: ["admin", "Team", "team ", "tea", "team2", "", "nobody"])
    func wrongAccount(account: String) async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("team")
        await expectRefused(PresentedKey(account: account, key: key), by: backend)
    }

    @Test("Malformed keys, unknown keys and wrong secrets get the same error", arguments: [nil, "team", "nobody"])
    func wrongKey(account: String?) async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("team")
        await expectRefused(PresentedKey(account: account, key: nil), by: backend)
        await expectRefused(PresentedKey(account: account, key: InvalidKeys.unknown()), by: backend)
        await expectRefused(PresentedKey(account: account, key: try InvalidKeys.wrongSecret(for: key)), by: backend)
    }

    @Test("The secret of one key does not match the identifier of another key")
    func crossed() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("team")
        let raw = try RawDatabase(backend)
        // Write access to the database does not allow forging a key whose identifier is known.
        try raw.run("UPDATE api_keys SET hash = (SELECT hash FROM api_keys WHERE id = ?) WHERE id = ?", backend.key.keyID, key.keyID)
        try await backend.store.write { try $0.signRow(RowName(.apikey, key.keyID)) }
        await expectRefused(PresentedKey(account: nil, key: key), by: backend)
    }

    @Test("A key expires with millisecond precision")
    func expiry() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("team", expires: backend.clock.clock.now().addingTimeInterval(60))
        backend.clock.advance(by: 59.999)
        _ = try await backend.backend.authenticate(PresentedKey(account: nil, key: key))
        backend.clock.advance(by: 0.001)
        let end = RequestError.expired(backend.clock.clock.now())
        for account in [nil, "team"] {
            await #expect(throws: end) { try await backend.backend.authenticate(PresentedKey(account: account, key: key)) }
        }
        await #expect(throws: end) { try await backend.backend.authenticate(tokenOf: key.keyID) }
        await expectRefused(PresentedKey(account: "admin", key: key), by: backend)
        await expectRefused(PresentedKey(account: nil, key: try InvalidKeys.wrongSecret(for: key)), by: backend)
    }

    @Test("Revoked keys are refused, whatever the revocation date, and so are keys of disabled accounts")
    func dead() async throws {
        let backend = try await TestBackend()
        let now = backend.clock.clock.now()
        for revoked in [-1, 0, 3600].map(now.addingTimeInterval) {
            let key = try await backend.makeAccount("revoked\(Int(revoked.timeIntervalSince(now)) + 1)", revoked: revoked)
            await expectRefused(PresentedKey(account: nil, key: key), by: backend)
            let expired = try await backend.makeKey(of: "admin", expires: now, revoked: revoked)
            await expectRefused(PresentedKey(account: nil, key: expired), by: backend)
        }
        let key = try await backend.makeAccount("disabled", isDisabled: true)
        await expectRefused(PresentedKey(account: "disabled", key: key), by: backend)
        await expectRefused(PresentedKey(account: nil, key: key), by: backend)
    }

    @Test("A failing store is not reported as a wrong key")
    func storeFails() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        store.behave(SlowStore.Behavior(failure: .unavailable("disk")))
        await #expect(throws: StoreError.unavailable("disk")) {
            try await backend.backend.authenticate(PresentedKey(account: nil, key: backend.key))
        }
    }

    private func expectRefused(
        _ presented: PresentedKey, by backend: TestBackend, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: RequestError.unauthenticated, sourceLocation: sourceLocation) {
            try await backend.backend.authenticate(presented)
        }
    }
}
