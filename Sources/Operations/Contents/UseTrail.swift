import Domain
import FoundationEssentials
import Synchronization

/// A request for the contents of a repository, recorded before it is forwarded. ``succeed(storing:)`` or ``fail(_:status:)`` completes it;
/// a request whose response does not reach the client has failed.
package final class RecordedUse: Sendable {
    enum Part: Sendable {
        /// Checks for existence, which is not a use.
        case question
        /// The only request of an action.
        case only(Action)
        /// The first request of a pull, whose outcome is that of the pull.
        case first(Action, UseSessions.Session)
        /// A later request of a pull, which is recorded as an action if it fails.
        case later
        /// A request of a pull after too many failures, which is recorded if it succeeds.
        case unrecorded(UseSessions.Session)
        /// A request of a push.
        case push(UseSessions.Session)
    }

    let use: ContentUse
    let repository: Repository
    let reference: String?
    let caller: Caller
    let started: Date
    private let part: Mutex<Part?>
    private let trail: UseTrail

    init(
        _ use: ContentUse, of repository: Repository, _ reference: String?, by caller: Caller, started: Date, as part: Part,
        in trail: UseTrail
    ) {
        self.use = use
        self.repository = repository
        self.reference = reference
        self.caller = caller
        self.started = started
        self.part = Mutex(part)
        self.trail = trail
    }

    deinit { end(UseOutcome(failure: "the response was not delivered completely", status: nil)) }

    /// - Parameter reference: the tag or digest of a manifest that was stored.
    package func succeed(storing reference: String? = nil) { end(UseOutcome(storing: reference)) }

    /// - Parameters:
    ///   - reason: a human-readable reason.
    ///   - status: the status of the response; nil if it was aborted.
    package func fail(_ reason: String, status: Int?) { end(UseOutcome(failure: reason, status: status)) }

    private func end(_ outcome: UseOutcome) {
        let part = part.withLock { part in
            defer { part = nil }
            return part
        }
        switch part {
        case .only(let action): trail.end(action, with: outcome)
        case .first(let action, let session): trail.end(action, with: outcome, in: session)
        case .later: if outcome.isFailure { trail.record(self, outcome) }
        case .unrecorded(let session): trail.endUnrecorded(self, outcome, in: session)
        case .push(let session): trail.endPush(self, outcome, in: session)
        case .question, nil: break
        }
    }
}

/// The outcome of a request for contents.
struct UseOutcome: Sendable {
    /// nil for a success.
    var failure: String?
    var status: Int?
    /// The reference of a manifest that was stored.
    var stored: String?

    init(failure: String, status: Int?) {
        (self.failure, self.status) = (failure, status)
    }

    init(storing reference: String?) {
        stored = reference
    }

    var isFailure: Bool { failure != nil }
}

extension Action {
    /// The same action with its outcome.
    fileprivate func ended(_ outcome: UseOutcome, reference: String? = nil, at now: Date) -> Action {
        var action = self
        action.state = outcome.isFailure ? .failed : .success
        (action.status, action.reason, action.ended) = (outcome.status, outcome.failure, now)
        action.reference = outcome.stored ?? reference ?? action.reference
        return action
    }
}

/// The audit trail of uses: combines requests into actions and records their outcomes.
final class UseTrail: Sendable {
    let sessions = UseSessions()
    private let pushes = PushesInProgress()
    private let outcomes: Outcomes
    private let failures: FailureLimit
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    init(_ store: GuardedStore, clock: Clock, makeID: @escaping @Sendable () -> UUID) {
        outcomes = Outcomes(store)
        failures = FailureLimit(makeID: makeID)
        self.clock = clock
        self.makeID = makeID
    }

    func action(_ use: ContentUse, of repository: Repository, _ reference: String?, by caller: Caller, started: Date) -> Action {
        Action(
            id: makeID(), namespace: repository.namespace, kind: use.kind, object: .repository(repository.name), reference: reference,
            state: .inProgress, started: started, ended: started, origin: caller.origin)
    }

    /// A push is in progress until its manifest is stored, one of its requests fails, or its session expires.
    func beginPush(_ action: Action, in session: UseSessions.Session) { pushes.add(action, in: session, at: clock.instant()) }

    func end(_ action: Action, with outcome: UseOutcome, in session: UseSessions.Session? = nil) {
        let ended = action.ended(outcome, at: clock.now())
        outcomes.add(outcomeOf: ended)
        guard outcome.isFailure else { return }
        _ = admitsFailure(ended)
        // The next request starts another action.
        if let session { sessions.end(session) }
    }

    func endUnrecorded(_ use: RecordedUse, _ outcome: UseOutcome, in session: UseSessions.Session) {
        if !outcome.isFailure { sessions.remember(session, at: clock.instant()) }
        record(use, outcome)
    }

    func endPush(_ use: RecordedUse, _ outcome: UseOutcome, in session: UseSessions.Session) {
        guard outcome.isFailure || outcome.stored != nil else { return }
        // Another request may have completed the push. Then this request is a separate action.
        guard let action = pushes.take(session) else { return record(use, outcome) }
        sessions.end(session)
        outcomes.add(outcomeOf: action.ended(outcome, reference: use.reference, at: clock.now()))
    }

    /// Records a request as a separate action.
    func record(_ use: RecordedUse, _ outcome: UseOutcome) {
        let action = action(use.use, of: use.repository, use.reference, by: use.caller, started: use.started)
        let ended = action.ended(outcome, at: clock.now())
        if outcome.isFailure { recordFailure(ended) } else { outcomes.add(ended) }
    }

    /// Records a failed attempt, unless there are too many.
    func recordFailure(_ action: Action) { if admitsFailure(action) { outcomes.add(action) } }

    /// Whether further failed attempts of the caller are only counted.
    func hasTooManyFailures(_ caller: Caller) -> Bool { failures.isReached(by: caller.origin, at: clock.instant()) }

    /// Counts a failed attempt, and returns whether to record it individually.
    func admitsFailure(_ action: Action) -> Bool { failures.admit(action, at: clock.instant()) }

    /// Completes pushes whose session has expired, and records the summaries of failures that were only counted.
    ///
    /// - Parameter isLast: whether the server shuts down, so that nothing may stay pending.
    func catchUp(isLast: Bool) async throws {
        let now = clock.instant()
        for action in pushes.takeAll(begunBefore: isLast ? nil : now - UseSessions.length) {
            var ended = action.ended(UseOutcome(storing: nil), at: clock.now())
            ended.reason = "no manifest was pushed"
            outcomes.add(outcomeOf: ended)
        }
        for action in failures.takeLeftOut(at: now, all: isLast) { outcomes.add(action) }
        if isLast { try await outcomes.finish() }
    }

    /// Stores all pending outcomes at once.
    func finish() async throws { try await outcomes.finish() }
}

/// Pushes in progress, by their sessions.
private final class PushesInProgress: Sendable {
    private let open = Mutex<[UseSessions.Session: (action: Action, began: ContinuousClock.Instant)]>([:])

    func add(_ action: Action, in session: UseSessions.Session, at now: ContinuousClock.Instant) {
        open.withLock { $0[session] = (action, now) }
    }

    func take(_ session: UseSessions.Session) -> Action? { open.withLock { $0.removeValue(forKey: session)?.action } }

    /// - Parameter date: nil to take all.
    func takeAll(begunBefore date: ContinuousClock.Instant?) -> [Action] {
        open.withLock { open in
            let over = open.filter { entry in date.map { entry.value.began < $0 } ?? true }
            for session in over.keys { open[session] = nil }
            return over.values.map(\.action)
        }
    }
}
