import Domain
import Naming
import Operations
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("The first start")
struct FirstStartTests {
    private struct FullDisk: Error {}

    @Test("The first start delivers an API key of the administrator with all scopes and without expiry")
    func key() async throws {
        let empty = try EmptyDeployment()
        let key = try #require(try await empty.firstStart("captain"))
        let identity = try await empty.backend(with: empty.ring).authenticate(PresentedKey(account: "captain", key: key))
        let (stored, account) = (identity.key, identity.account)
        #expect(account.isAdministrator)
        #expect(account.name.description == "captain")
        #expect(stored.scopes == Set(Scope.allCases))
        #expect(stored.expires == nil)
    }

    @Test("If the key cannot be delivered, nothing is created and the first start can be repeated")
    func failing() async throws {
        let empty = try EmptyDeployment()
        let before = try empty.raw().everything()
        await #expect(throws: FullDisk.self) { try await empty.firstStart { _ in throw FullDisk() } }
        #expect(try empty.raw().everything() == before)
        let key = try #require(try await empty.firstStart())
        _ = try await empty.backend(with: empty.ring).authenticate(PresentedKey(account: "admin", key: key))
    }

    @Test("The key is delivered as the last step before the commit")
    func order() async throws {
        let empty = try EmptyDeployment()
        let raw = try empty.raw()
        let before = try raw.everything()
        try await empty.firstStart { _ in
            let during = try raw.everything()
            #expect(during == before)
        }
        #expect(try raw.count("deployment") == 1)

        let other = try EmptyDeployment()
        try other.raw().run("CREATE TRIGGER no_keys BEFORE INSERT ON api_keys BEGIN SELECT RAISE(ABORT, 'no key'); END")
        let handed = Mutex(false)
        await #expect(throws: StoreError.self) { try await other.firstStart { _ in handed.withLock { $0 = true } } }
        #expect(!handed.withLock { $0 })
    }

    @Test("A second first start is refused, delivers no key and changes nothing", arguments: ["admin", "another"])
    func second(name: String) async throws {
        let empty = try EmptyDeployment()
        let key = try #require(try await empty.firstStart())
        let before = try empty.raw().everything()
        let handed = Mutex(false)
        await #expect(throws: StoreError.duplicate) { try await empty.firstStart(name) { _ in handed.withLock { $0 = true } } }
        #expect(!handed.withLock { $0 })
        #expect(try empty.raw().everything() == before)
        _ = try await empty.backend(with: empty.ring).authenticate(PresentedKey(account: "admin", key: key))
    }

    @Test("Exactly one of two concurrent first starts succeeds")
    func concurrent() async throws {
        let empty = try EmptyDeployment()
        async let first = try? empty.firstStart()
        async let second = try? empty.firstStart()
        let keys = await [first, second].compactMap(\.self)
        #expect(keys.count == 1)
        let key: APIKeySecret = try #require(keys.first)
        _ = try await empty.backend(with: empty.ring).authenticate(PresentedKey(account: "admin", key: key))
    }
}
