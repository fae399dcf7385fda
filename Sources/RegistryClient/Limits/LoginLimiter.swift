import Domain
package import NIOCore
package import Naming
import Synchronization

/// Limits failed logins at each registry and each token realm: registries block the address of a server with too many failures, and so all
/// its users.
///
/// A login that succeeded when it was last sent is sent at once, regardless of other failures. All others are sent a few at a time, and not
/// at all if too many have failed recently. Requests with the same login wait for the first of them (``LoginGate``), and a refused login is
/// held back (``LoginHolds``).
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
    private let gate: LoginGate
    private let unknown: FairLimiter
    private let perRegistry: Int
    private let perAccount: Int
    private let window: TimeAmount
    private let now: @Sendable () -> NIODeadline

    /// The number of logins remembered for one registry, and of registries.
    private static let capacity = 10_000

    /// - Parameters:
    ///   - perRegistry: the number of logins that may fail at one registry within `window`.
    ///   - perAccount: the number of them that one account may cause.
    ///   - wait: how long a request waits for the response to others with the same login.
    package init(
        perRegistry: Int = 30, perAccount: Int = 8, window: TimeAmount = .minutes(3), wait: TimeAmount = .seconds(5),
        now: @escaping @Sendable () -> NIODeadline = { .now() }
    ) {
        self.perRegistry = perRegistry
        self.perAccount = perAccount
        self.window = window
        self.now = now
        holds = LoginHolds(now: now)
        gate = LoginGate(wait: wait, now: now)
        unknown = FairLimiter(
            .logins, .init(total: 10 * perRegistry, perAccount: perRegistry, perRegistry: perRegistry, perAccountAtRegistry: perAccount))
    }

    /// Waits until a login may be sent.
    ///
    /// - Parameters:
    ///   - fingerprint: of user name and password, computed by ``fingerprint(of:)``.
    ///   - isFollowUp: whether it is sent to understand a refusal, and therefore waits for no others.
    ///   - turn: shared by a request and its follow-up, which has the place of the refused request: the others wait for both.
    ///   - isStream: whether a body is forwarded with it, which may take hours. Others do not wait for it if the registry has accepted the
    ///     login in the last seconds.
    /// - Throws: ``LimitReached``, a ``LoginRefusal`` for a login that is held back, or a `CancellationError`.
    package func begin(
        _ fingerprint: Int, for use: LoginUse, at registry: RegistryAuthority, for requester: Requester, because cause: LoginCause = .use,
        isFollowUp: Bool = false, turn: LoginTurn? = nil, isStream: Bool = false, before deadline: NIODeadline = .distantFuture
    ) async throws -> Attempt {
        let key = LoginHolds.Key(registry: registry, fingerprint: fingerprint)
        var place = turn?.take()
        if place == nil, cause != .request, !isFollowUp { place = try await enter(key, for: use, because: cause, before: deadline) }
        do {
            var attempt = try await begin(key, for: use, for: requester, because: cause, at: place, before: deadline)
            (attempt.isFollowUp, attempt.turn) = (isFollowUp, turn)
            if isStream, gate.hasAcceptedRecently(key) {
                gate.leave(key, place, accepted: nil)
                attempt.place = nil
            }
            return attempt
        } catch {
            gate.leave(key, place, accepted: nil)
            throw error
        }
    }

    private func enter(
        _ key: LoginHolds.Key, for use: LoginUse, because cause: LoginCause, before deadline: NIODeadline
    ) async throws -> LoginGate.Place? {
        while true {
            try holds.check(key, for: use, because: cause)
            if case .admitted(let place) = try await gate.enter(key, before: deadline) { return place }
        }
    }

    private func begin(
        _ key: LoginHolds.Key, for use: LoginUse, for requester: Requester, because cause: LoginCause, at place: LoginGate.Place?,
        before deadline: NIODeadline
    ) async throws -> Attempt {
        let isProbe = try holds.begin(key, for: use, because: cause)
        do {
            if isAccepted(key) { return Attempt(self, key, use, requester, nil, place, isProbe, now()) }
            let permit = try await unknown.acquire(for: requester, at: key.registry, before: deadline)
            // Another request with the same login may have been sent meanwhile.
            if !isProbe { try holds.checkUnrefused(key, for: use, because: cause) }
            if !isAccepted(key) { try checkFailures(at: key.registry, of: requester) }
            return Attempt(self, key, use, requester, permit, place, isProbe, now())
        } catch {
            holds.end(key, for: use, accepted: nil, sent: now(), isProbe: isProbe)
            throw error
        }
    }

    /// Identifies a login in memory. The hash has a random seed for each process.
    static func fingerprint(of credential: Credential) -> Int {
        var hasher = Hasher()
        hasher.combine(credential.username.revealed())
        hasher.combine(credential.password.revealed())
        return hasher.finalize()
    }

    private func isAccepted(_ key: LoginHolds.Key) -> Bool {
        state.withLock { $0.accepted[key.registry]?.contains(key.fingerprint) == true }
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
        let key = attempt.key
        let outcome = holds.end(
            key, for: attempt.use, accepted: accepted, sent: attempt.sent, isProbe: attempt.isProbe, isFollowUp: attempt.isFollowUp)
        defer { leave(attempt, accepted: accepted, outcome) }
        guard accepted == true || outcome != nil else { return nil }
        state.withLock { state in
            var known = state.accepted[key.registry] ?? []
            let wasAccepted = known.contains(key.fingerprint)
            if let outcome {
                if outcome.refusal.isOfLogin { known.remove(key.fingerprint) }
                if outcome.isFailure, wasAccepted || attempt.permit != nil {
                    state.failures[key.registry, default: []].append(Failure(date: now(), requester: attempt.requester))
                }
            } else if !wasAccepted {
                if known.count >= Self.capacity { known = [] }
                known.insert(key.fingerprint)
            } else {
                return
            }
            if state.failures.count > Self.capacity || state.accepted.count > Self.capacity { state = State() }
            state.accepted[key.registry] = known.isEmpty ? nil : known
        }
        return outcome?.refusal
    }

    private func leave(_ attempt: Attempt, accepted: Bool?, _ outcome: LoginHolds.Outcome?) {
        let (key, place) = (attempt.key, attempt.place)
        let isFinal = accepted == true || outcome != nil && (attempt.isFollowUp || outcome?.refusal.isOfLogin == true)
        guard !isFinal, let turn = attempt.turn, let place else { return gate.leave(key, place, accepted: accepted) }
        turn.hold(place) { [gate] in gate.leave(key, place, accepted: accepted) }
    }

    /// An attempt to log in. ``end(accepted:)`` must be called once.
    package struct Attempt: Sendable {
        private let limiter: LoginLimiter
        fileprivate let key: LoginHolds.Key
        fileprivate let use: LoginUse
        fileprivate let requester: Requester
        /// nil if the login had succeeded before.
        fileprivate let permit: FairLimiter.Permit?
        fileprivate var place: LoginGate.Place?
        fileprivate var turn: LoginTurn?
        fileprivate let isProbe: Bool
        fileprivate var isFollowUp = false
        fileprivate let sent: NIODeadline

        fileprivate init(
            _ limiter: LoginLimiter, _ key: LoginHolds.Key, _ use: LoginUse, _ requester: Requester, _ permit: FairLimiter.Permit?,
            _ place: LoginGate.Place?, _ isProbe: Bool, _ sent: NIODeadline
        ) {
            self.limiter = limiter
            self.key = key
            self.use = use
            self.requester = requester
            self.permit = permit
            self.place = place
            self.isProbe = isProbe
            self.sent = sent
        }

        /// Stores the result.
        ///
        /// - Parameter accepted: nil if there was no response, or it says nothing about the login.
        /// - Returns: for a refusal, the hold that it started or extended.
        @discardableResult
        func end(accepted: Bool?) -> LoginRefusal? {
            defer { permit?.release() }
            return limiter.end(self, accepted: accepted)
        }
    }
}
