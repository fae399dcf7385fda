import Domain
import Naming

/// Keeps tokens while they hold, each for whom and for what it was made: a token never serves another repository, another
/// version of a credential, or other actions than those that it was asked for.
///
/// Those who ask for the same token at the same time share one request. A failure is told to all of them, and kept for
/// nobody else. Verification does not come here: it has to find out whether a token is made *now*.
actor TokenCache {
    struct Key: Hashable, Sendable {
        /// nil for what everybody is given.
        let credential: CredentialReference?
        let repository: RepositoryName
        let rights: TokenRequest.Rights
    }

    private struct Entry {
        let token: Token
        let end: ContinuousClock.Instant
    }

    /// How long a token must hold yet to be given out: a request is on its way for a while, and clocks differ.
    static let reserve = Duration.seconds(10)

    private var entries: [Key: Entry] = [:]
    private let flights = SingleFlight<Flight, Token>()

    /// Accounts do not share a request: the limits of one are no concern of another.
    private struct Flight: Hashable {
        let key: Key
        let requester: Requester
    }
    private let capacity: Int
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter capacity: how many tokens are kept; beyond it those that end first go.
    init(capacity: Int = 4096, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.capacity = capacity
        self.now = now
    }

    /// - Parameters:
    ///   - remaining: how long the token must hold yet: longer for a request that cannot be sent a second time. One that
    ///     is made for less is given out all the same.
    ///   - requester: on whose behalf the realm is asked.
    ///   - make: asks the realm. It goes on for as long as one of those who asked is there.
    func token(
        for key: Key, holding remaining: Duration = TokenCache.reserve, asking requester: Requester = .background,
        make: @escaping @Sendable () async throws -> Token
    ) async throws -> Token {
        if let token = token(for: key, holding: remaining) { return token }
        return try await flights.value(for: Flight(key: key, requester: requester)) { [self, now] in
            // Another request may have made it meanwhile.
            if let token = await self.token(for: key, holding: remaining) { return token }
            let asked = now()
            let token = try await make()
            await keep(Entry(token: token, end: asked + token.lifetime), for: key)
            return token
        }
    }

    private func token(for key: Key, holding remaining: Duration) -> Token? {
        entries[key].flatMap { $0.end > now() + remaining ? $0.token : nil }
    }

    /// Gives up a token that the registry did not take. Another one that was made meanwhile stays.
    func forget(_ token: Token, for key: Key) {
        if entries[key]?.token == token { entries[key] = nil }
    }

    /// A tenth goes at a time, so that the search is paid for once in many calls.
    private func keep(_ entry: Entry, for key: Key) {
        entries[key] = entry
        guard entries.count > capacity else { return }
        for (key, _) in entries.sorted(by: { $0.value.end < $1.value.end }).prefix(max(1, capacity / 10)) { entries[key] = nil }
    }
}
