import Domain
import Naming
import Operations
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("Recovering access for an administrator")
struct RecoverTests {
    private struct FullDisk: Error {}

    private func recover(
        _ name: String, on backend: TestBackend, deliver: @escaping @Sendable (APIKeySecret) throws -> Void = { _ in }
    ) async throws -> (id: APIKey.ID, key: APIKeySecret?) {
        let handed = Mutex<[APIKeySecret]>([])
        let recover = Recover(store: backend.store, hasher: backend.deployment.hasher, clock: backend.clock.clock)
        let id = try await recover.run(NamespaceName(parsing: name)) { key in
            handed.withLock { $0.append(key) }
            try deliver(key)
        }
        return (id, handed.withLock { $0.count == 1 ? $0[0] : nil })
    }

    @Test("Recovery creates a key with all scopes and without expiry, records it, and leaves the old keys unchanged")
    func recovered() async throws {
        let backend = try await TestBackend()
        let (id, handed) = try await recover("admin", on: backend)
        let key = try #require(handed)
        #expect(key.keyID == id)
        let identity = try await backend.backend.authenticate(PresentedKey(account: "admin", key: key))
        #expect(identity.scopes == Set(Scope.allCases) && identity.mayAdministerServer)
        #expect(try await backend.stored(id)?.expires == nil)
        #expect(await backend.isAlive(backend.key))
        let action = try #require(try await backend.trail(of: "admin").first)
        #expect(action.kind == .apiKeyCreate && action.object == .apiKey(id) && action.state == .success)
        #expect(!action.origin.isCall && action.origin.isUserAction && action.origin.userAgent == "lighterman recover")
    }

    @Test("Recovery enables a disabled administrator")
    func disabled() async throws {
        let backend = try await TestBackend()
        try await backend.createUser("dora", isAdministrator: true)
        try await backend.updateUser("dora", isDisabled: true)
        let key = try #require(try await recover("dora", on: backend).key)
        #expect(await backend.isAlive(key))
        #expect(await backend.isAlive(backend.key))
    }

    @Test("Recovery of an unknown user or of a user who is no administrator fails and changes nothing")
    func refused() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        try await backend.makeAccount("carol", isDisabled: true)
        let before = try RawDatabase(backend).everything()
        let handed = Mutex(false)
        for (name, error) in try [
            ("nobody", Recover.RecoveryError.notFound(NamespaceName(parsing: "nobody"))),
            ("acme", .notFound(NamespaceName(parsing: "acme"))), ("carol", .noAdministrator(NamespaceName(parsing: "carol"))),
        ] {
            await #expect(throws: error) {
                try await recover(name, on: backend) { _ in handed.withLock { $0 = true } }
            }
        }
        #expect(!handed.withLock { $0 })
        #expect(try RawDatabase(backend).everything() == before)
    }

    @Test("If the key cannot be delivered, it is not created and the account stays disabled")
    func failing() async throws {
        let backend = try await TestBackend()
        try await backend.createUser("dora", isAdministrator: true)
        try await backend.updateUser("dora", isDisabled: true)
        let before = try RawDatabase(backend).everything()
        await #expect(throws: FullDisk.self) { try await recover("dora", on: backend) { _ in throw FullDisk() } }
        #expect(try RawDatabase(backend).everything() == before)
    }

    @Test("No key is delivered if the action cannot be recorded")
    func unrecorded() async throws {
        let backend = try await TestBackend()
        try RawDatabase(backend).forbidActions()
        let handed = Mutex(false)
        await #expect(throws: StoreError.self) { try await recover("admin", on: backend) { _ in handed.withLock { $0 = true } } }
        #expect(!handed.withLock { $0 })
        #expect(try RawDatabase(backend).count("api_keys") == 1)
    }
}
