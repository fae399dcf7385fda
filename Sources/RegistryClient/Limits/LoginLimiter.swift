import Domain
package import NIOCore
package import Naming
import Synchronization

/// Bounds failed logins at each registry, and at each host of tokens: registries block the address of a server that fails too often, for
/// everybody who uses it.
///
/// A login that succeeded when it was last sent is sent at once, whatever others fail. All others are sent a few at a time, and not at all where
/// too many have failed lately.
package final class LoginLimiter: Sendable {
    private struct Failure {
        let date: NIODeadline
        let requester: Requester
    }

    private struct State {
        /// Logins that succeeded when they were last sent, by their fingerprints.
        var accepted: [RegistryAuthority: Set<Int>] = [:]
        /// The oldest first.
        var failures: [RegistryAuthority: [Failure]] = [:]
    }

    private let state = Mutex(State())
    private let holds: LoginHolds
    private let unknown: FairLimiter
    private let perRegistry: Int
    private let perAccount: Int
    private let window: TimeAmount
    private let now: @Sendable () -> NIODeadline

    /// The number of logins remembered for one registry, and of registries.
    private static let capacity = 10_000

    /// - Parameters:
    ///   - perRegistry: how many logins may fail at one registry within `window`.
    ///   - perAccount: how many of them may be those of one account.
    package init(
        perRegistry: Int = 30, perAccount: Int = 8, window: TimeAmount = .minutes(3),
        now: @escaping @Sendable () -> NIODeadline = { .now() }
    ) {
        self.perRegistry = perRegistry
        self.perAccount = perAccount
        self.window = window
        self.now = now
        holds = LoginHolds(now: now)
        unknown = FairLimiter(
            .logins, .init(total: 10 * perRegistry, perAccount: perRegistry, perRegistry: perRegistry, perAccountAtRegistry: perAccount))
    }

    /// Waits until a login may be sent.
    ///
    /// - Parameter fingerprint: of user name and password, made by ``fingerprint(of:)``.
    /// - Throws: ``LimitReached``, a ``LoginRefusal`` for a login that is held back, or a `CancellationError`.
    package func begin(
        _ fingerprint: Int, at registry: RegistryAuthority, for requester: Requester, because cause: LoginCause = .use,
        before deadline: NIODeadline = .distantFuture
    ) async throws -> Attempt {
        let key = LoginHolds.Key(registry: registry, fingerprint: fingerprint)
        let isProbe = try holds.begin(key, because: cause)
        do {
            if isAccepted(fingerprint, at: registry) { return Attempt(self, fingerprint, registry, requester, nil, isProbe, now()) }
            let permit = try await unknown.acquire(for: requester, at: registry, before: deadline)
            // Another request with the same login may have been sent meanwhile.
            if !isProbe { try holds.check(key, because: cause) }
            if !isAccepted(fingerprint, at: registry) { try checkFailures(at: registry, of: requester) }
            return Attempt(self, fingerprint, registry, requester, permit, isProbe, now())
        } catch {
            holds.end(key, accepted: nil, sent: now(), isProbe: isProbe)
            throw error
        }
    }

    /// Identifies a login in memory. It is of no use outside this process.
    static func fingerprint(of credential: Credential) -> Int {
        var hasher = Hasher()
        hasher.combine(credential.username.revealed())
        hasher.combine(credential.password.revealed())
        return hasher.finalize()
    }

    private func isAccepted(_ fingerprint: Int, at registry: RegistryAuthority) -> Bool {
        state.withLock { $0.accepted[registry]?.contains(fingerprint) == true }
    }

    private func checkFailures(at registry: RegistryAuthority, of requester: Requester) throws(LimitReached) {
        let now = now()
        let failures = state.withLock { state in
            let recent = (state.failures[registry] ?? []).filter { $0.date + window > now }
            state.failures[registry] = recent.isEmpty ? nil : recent
            return recent
        }
        let own = failures.filter { $0.requester == requester }
        if own.count >= perAccount { throw limit(.account, until: own[own.count - perAccount].date, now) }
        if failures.count >= perRegistry { throw limit(.registry, until: failures[failures.count - perRegistry].date, now) }
    }

    private func limit(_ share: LimitReached.Share, until date: NIODeadline, _ now: NIODeadline) -> LimitReached {
        let wait = date + window - now
        return LimitReached(.logins, of: share, retryAfter: max(1, Int((wait.nanoseconds + 999_999_999) / 1_000_000_000)))
    }

    fileprivate func end(_ attempt: Attempt, accepted: Bool?) -> LoginRefusal? {
        let key = LoginHolds.Key(registry: attempt.registry, fingerprint: attempt.fingerprint)
        let refusal = holds.end(key, accepted: accepted, sent: attempt.sent, isProbe: attempt.isProbe)
        guard let accepted else { return nil }
        state.withLock { state in
            var known = state.accepted[attempt.registry] ?? []
            if accepted {
                if known.count >= Self.capacity { known = [] }
                known.insert(attempt.fingerprint)
            } else {
                let wasAccepted = known.remove(attempt.fingerprint) != nil
                // Requests with the same login that were in progress count once.
                if wasAccepted || attempt.permit != nil {
                    state.failures[attempt.registry, default: []].append(Failure(date: now(), requester: attempt.requester))
                }
            }
            if state.failures.count > Self.capacity || state.accepted.count > Self.capacity { state = State() }
            state.accepted[attempt.registry] = known.isEmpty ? nil : known
        }
        return refusal
    }

    /// One sending of a login. ``end(accepted:)`` must be called once.
    package struct Attempt: Sendable {
        private let limiter: LoginLimiter
        fileprivate let fingerprint: Int
        fileprivate let registry: RegistryAuthority
        fileprivate let requester: Requester
        /// nil where the login had succeeded before.
        fileprivate let permit: FairLimiter.Permit?
        fileprivate let isProbe: Bool
        fileprivate let sent: NIODeadline

        fileprivate init(
            _ limiter: LoginLimiter, _ fingerprint: Int, _ registry: RegistryAuthority, _ requester: Requester,
            _ permit: FairLimiter.Permit?, _ isProbe: Bool, _ sent: NIODeadline
        ) {
            self.limiter = limiter
            self.fingerprint = fingerprint
            self.registry = registry
            self.requester = requester
            self.permit = permit
            self.isProbe = isProbe
            self.sent = sent
        }

        /// Stores the result.
        ///
        /// - Parameter accepted: nil if there was no response, or the response says nothing of the login.
        /// - Returns: for a refusal, the hold that it began or extended.
        @discardableResult
        func end(accepted: Bool?) -> LoginRefusal? {
            defer { permit?.release() }
            return limiter.end(self, accepted: accepted)
        }
    }
}
