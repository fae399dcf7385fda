import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import TestSupport
import Testing

@Suite("The last use of a key")
struct KeyUsesTests {
    @Test("A thousand uses take one read per key and one write, which stores the last use")
    func coarse() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        let other = try await backend.makeKey(of: "admin")
        _ = store.takeCount()
        for key in [backend.key, other] {
            for _ in 0..<500 {
                _ = try await backend.backend.authenticate(PresentedKey(account: nil, key: key))
                backend.clock.advance(by: 0.01)
            }
        }
        #expect(store.takeCount() == SlowStore.Count(reads: 2))
        try await backend.backend.writeKeyUses()
        #expect(store.takeCount() == SlowStore.Count(writes: 1))
        let now = backend.clock.clock.now()
        #expect(try await backend.stored(other.keyID)?.lastUsed == now - 0.01)
        #expect(try await backend.stored(backend.key.keyID)?.lastUsed == now - 5.01)
        try await backend.backend.writeKeyUses()
        #expect(store.takeCount().writes == 0, "there is nothing more to write")
    }

    @Test("Concurrent uses all count")
    func parallel() async throws {
        let backend = try await TestBackend()
        var keys: [APIKeySecret] = []
        for _ in 0..<20 { keys.append(try await backend.makeKey(of: "admin")) }
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                let key = keys[number % 20]
                group.addTask { _ = try await backend.backend.authenticate(PresentedKey(account: nil, key: key)) }
                if number.isMultiple(of: 50) { group.addTask { try await backend.backend.writeKeyUses() } }
            }
            try await group.waitForAll()
        }
        try await backend.backend.writeKeyUses()
        for key in keys { #expect(try await backend.stored(key.keyID)?.lastUsed == backend.clock.clock.now()) }
    }

    @Test("A use within ten minutes of the stored one is not stored, a later one is")
    func precision() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        func use() async throws -> Date? {
            _ = try await backend.backend.authenticate(PresentedKey(account: nil, key: backend.key))
            try await backend.backend.writeKeyUses()
            return try await backend.stored(backend.key.keyID)?.lastUsed
        }
        let first = backend.clock.clock.now()
        #expect(try await use() == first)
        _ = store.takeCount()
        for seconds in [300, 299.999] {
            backend.clock.advance(by: seconds)
            #expect(try await use() == first)
        }
        #expect(store.takeCount().writes == 0)
        backend.clock.advance(by: 0.001)
        #expect(try await use() == first + 600)
    }

    @Test("A refused key has no use: wrong secret, revoked key, disabled account")
    func refused() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        let dead = [
            try await backend.makeAccount("disabled", isDisabled: true),
            try await backend.makeAccount("revoked", revoked: backend.clock.clock.now()), try InvalidKeys.wrongSecret(for: backend.key),
        ]
        for key in dead { #expect(await !backend.isAlive(key)) }
        _ = store.takeCount()
        try await backend.backend.writeKeyUses()
        #expect(store.takeCount().writes == 0)
        for key in dead { #expect(try await backend.stored(key.keyID)?.lastUsed == nil) }
    }

    @Test("A failing store loses only a date: keys stay valid, and the next use is stored")
    func failing() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        #expect(await backend.isAlive(backend.key))
        store.behave(SlowStore.Behavior(failure: .unavailable("disk"), canBeRead: true))
        await #expect(throws: StoreError.unavailable("disk")) { try await backend.backend.writeKeyUses() }
        store.behave(SlowStore.Behavior())
        try await backend.backend.writeKeyUses()
        #expect(try await backend.stored(backend.key.keyID)?.lastUsed == nil)
        backend.clock.advance(by: 1)
        #expect(await backend.isAlive(backend.key))
        try await backend.backend.writeKeyUses()
        #expect(try await backend.stored(backend.key.keyID)?.lastUsed == backend.clock.clock.now())
    }
}
