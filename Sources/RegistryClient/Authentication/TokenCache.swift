import Domain
import Naming

/// Stores tokens while they are valid, each for its repository, credential version, realm and scope: a token is never used for another of
/// these.
///
/// Simultaneous requests for the same token share one request to the realm. All of them receive its error, and errors are not stored.
actor TokenCache {
    struct Key: Hashable, Sendable {
        /// nil for an anonymous token.
        let credential: CredentialReference?
        let repository: RepositoryName
        let realm: TokenRealm
        let service: String?
        let scope: TokenScope
    }

    struct Entry: Sendable {
        let token: Token
        /// The time of the request to the realm.
        let requested: ContinuousClock.Instant

        fileprivate var end: ContinuousClock.Instant { requested + token.lifetime }
    }

    /// The remaining validity that a token must have: a request takes time, and clocks differ.
    static let reserve = Duration.seconds(10)

    private var entries: BoundedDictionary<Key, Entry>
    private let flights = SingleFlight<Flight, Entry>()

    /// Accounts do not share a request: the limits of one must not affect another.
    private struct Flight: Hashable {
        let key: Key
        let requester: Requester
    }
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter capacity: the number of tokens; beyond it those that expire first are evicted.
    init(capacity: Int = 4096, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        entries = BoundedDictionary(capacity: capacity) { $0.end < $1.end }
        self.now = now
    }

    /// - Parameters:
    ///   - remaining: the validity that the token must still have: longer for a request that cannot be repeated. A new token is returned
    ///     even if it is valid for less.
    ///   - requester: the account on whose behalf the token is requested.
    ///   - request: requests a token from the realm. It continues as long as one of the callers waits.
    func token(
        for key: Key, valid remaining: Duration = TokenCache.reserve, requester: Requester = .background,
        request: @escaping @Sendable () async throws -> Token
    ) async throws -> Entry {
        if let entry = entry(for: key, valid: remaining) { return entry }
        return try await flights.value(for: Flight(key: key, requester: requester)) { [self, now] in
            // Another request may have stored one meanwhile.
            if let entry = await self.entry(for: key, valid: remaining) { return entry }
            let requested = now()
            let entry = Entry(token: try await request(), requested: requested)
            await store(entry, for: key)
            return entry
        }
    }

    private func entry(for key: Key, valid remaining: Duration) -> Entry? {
        entries[key].flatMap { $0.end > now() + remaining ? $0 : nil }
    }

    /// Removes a token that the registry rejected, unless a newer one has replaced it.
    func remove(_ token: Token, for key: Key) {
        if entries[key]?.token == token { entries[key] = nil }
    }

    private func store(_ entry: Entry, for key: Key) { entries[key] = entry }
}
