import Domain
import Foundation
import Naming
import Synchronization
import Testing

@testable import RegistryClient

@Suite("Token cache")
struct TokenCacheTests {
    @Test("A token is renewed a reserve before its expiry, counted from its request")
    func renewal() async throws {
        let realm = Realm(lifetime: 300, takes: 7)
        let key = try Self.key()
        #expect(try await realm.ask(key) == "1")
        realm.advance(by: .seconds(282))
        #expect(try await realm.ask(key) == "1")
        realm.advance(by: .seconds(2))
        #expect(try await realm.ask(key) == "2")
    }

    @Test("A request that cannot be repeated receives a token with sufficient remaining validity")
    func longer() async throws {
        let realm = Realm(lifetime: 300)
        let key = try Self.key()
        #expect(try await realm.ask(key) == "1")
        realm.advance(by: .seconds(200))
        #expect(try await realm.ask(key, valid: .seconds(90)) == "1")
        #expect(try await realm.ask(key, valid: .seconds(120)) == "2")
        #expect(try await realm.ask(key, valid: .seconds(1000)) == "3", "a new token is used although it expires earlier")
    }

    @Test("Tokens are cached by repository, actions, credential and its version, realm and service")
    func apart() async throws {
        let id = UUID()
        let keys = [
            try Self.key(id), try Self.key(id, rights: .pullAndPush), try Self.key(id, version: 2), try Self.key(id, name: "a.example/b/d"),
            try Self.key(UUID()), try Self.key(nil), try Self.key(id, service: "another"),
            try Self.key(id, realm: "https://a.example/other"),
            try Self.key(id, source: "b/d"),
        ]
        let realm = Realm(lifetime: 300)
        for _ in 0..<2 {
            for (index, key) in keys.enumerated() { #expect(try await realm.ask(key) == "\(index + 1)") }
        }
    }

    @Test("A hundred simultaneous callers share one request to the realm")
    func oneFlight() async throws {
        let realm = Realm(lifetime: 300)
        let key = try Self.key()
        await realm.close()
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await realm.ask(key) } }
            while realm.asked == 0 { await Task.yield() }
            await realm.open()
            for try await token in group { #expect(token == "1") }
        }
        #expect(realm.asked == 1)
    }

    @Test("A failure is reported and not cached")
    func failure() async throws {
        let realm = Realm(lifetime: 300)
        let key = try Self.key()
        realm.fail(once: .unreachable("no answer"))
        await #expect(throws: UpstreamError.unreachable("no answer")) { try await realm.ask(key) }
        #expect(try await realm.ask(key) == "2")
    }

    @Test("The cancellation of the first caller does not affect the others")
    func cancelled() async throws {
        let realm = Realm(lifetime: 300)
        let key = try Self.key()
        await realm.close()
        let first = Task { try await realm.ask(key) }
        while realm.asked == 0 { await Task.yield() }
        let second = Task { try await realm.ask(key) }
        try await Task.sleep(for: .milliseconds(100))
        first.cancel()
        await realm.open()
        #expect(try await second.value == "1")
        #expect(realm.asked == 1)
    }

    @Test("A rejected token is removed once, but not its successor")
    func forgotten() async throws {
        let realm = Realm(lifetime: 300)
        let key = try Self.key()
        let refused = try await realm.token(key)
        await realm.cache.remove(refused, for: key)
        #expect(try await realm.ask(key) == "2")
        await realm.cache.remove(refused, for: key)
        #expect(try await realm.ask(key) == "2")
    }

    @Test("Beyond the capacity, the tokens that expire first are evicted")
    func capacity() async throws {
        let realm = Realm(lifetime: 300, capacity: 20)
        let keys = try (0..<21).map { try Self.key(name: "a.example/b/c\($0)") }
        for key in keys {
            _ = try await realm.ask(key)
            realm.advance(by: .seconds(1))
        }
        for key in keys.dropFirst(2) { _ = try await realm.ask(key) }
        #expect(realm.asked == 21)
        for key in keys.prefix(2) { _ = try await realm.ask(key) }
        #expect(realm.asked == 23)
    }

    private static func key(
        _ id: UUID? = UUID(), version: Int = 1, name: String = "a.example/b/c", rights: UpstreamRights = .pull, service: String = "a",
        realm: String = "https://a.example/token", source: String? = nil
    ) throws -> TokenCache.Key {
        let name = try RepositoryName(parsing: name)
        let endpoint = RegistryEndpoint(authority: name.authority, isTLS: true)
        return TokenCache.Key(
            credential: id.map { CredentialReference(id: $0, version: version) }, repository: name,
            realm: try RealmRule(registry: endpoint).realm(named: realm), service: service,
            scope: TokenScope(rights, on: name.path, mountingFrom: source))
    }
}

/// Issues numbered tokens, and has a manual clock.
private final class Realm: Sendable {
    private struct State {
        var asked = 0
        var failure: UpstreamError?
    }

    private final class Watch: Sendable {
        let now = Mutex(ContinuousClock.now)
    }

    private let state = Mutex(State())
    private let watch = Watch()
    private let lifetime: Int
    private let delay: Duration
    private let barrier = Barrier()
    let cache: TokenCache

    init(lifetime: Int, takes seconds: Int = 0, capacity: Int = 100) {
        self.lifetime = lifetime
        delay = .seconds(seconds)
        cache = TokenCache(capacity: capacity) { [watch] in watch.now.withLock { $0 } }
    }

    var asked: Int { state.withLock(\.asked) }
    func advance(by time: Duration) { watch.now.withLock { $0 += time } }
    func fail(once error: UpstreamError) { state.withLock { $0.failure = error } }
    func close() async { await barrier.close() }
    func open() async { await barrier.open() }

    func ask(_ key: TokenCache.Key, valid time: Duration = TokenCache.reserve) async throws -> String {
        try await token(key, valid: time).secret.revealed()
    }

    func token(_ key: TokenCache.Key, valid time: Duration = TokenCache.reserve) async throws -> Token {
        try await cache.token(for: key, valid: time) { try await self.make() }.token
    }

    private func make() async throws -> Token {
        let number = state.withLock { state in
            state.asked += 1
            return state.asked
        }
        advance(by: delay)
        await barrier.pass()
        if let failure = state.withLock({ $0.failure.take() }) { throw failure }
        let answer = #"{"token":"\#(number)","expires_in":\#(lifetime)}"#
        return try #require(Token(response: Array(answer.utf8)))
    }
}

/// Open until it is closed.
private actor Barrier {
    private var isClosed = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func close() { isClosed = true }

    func open() {
        isClosed = false
        waiting.forEach { $0.resume() }
        waiting = []
    }

    func pass() async {
        if isClosed { await withCheckedContinuation { waiting.append($0) } }
    }
}
