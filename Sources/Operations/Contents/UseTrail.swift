import Domain
import FoundationEssentials
import Synchronization

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

/// The audit trail of uses: which requests are one action, and what becomes of them.
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

    /// A push is in progress until its manifest is stored, one of its requests fails, or the session is over.
    func beginPush(_ action: Action, in session: UseSessions.Session) { pushes.add(action, in: session, at: clock.instant()) }

    func end(_ action: Action, with outcome: UseOutcome, in session: UseSessions.Session? = nil) {
        let ended = action.ended(outcome, at: clock.now())
        outcomes.add(outcomeOf: ended)
        guard outcome.isFailure else { return }
        _ = admitsFailure(ended)
        // The next request is another action.
        if let session { sessions.end(session) }
    }

    func endUnrecorded(_ use: RecordedUse, _ outcome: UseOutcome, in session: UseSessions.Session) {
        if !outcome.isFailure { sessions.remember(session, at: clock.instant()) }
        record(use, outcome)
    }

    func endPush(_ use: RecordedUse, _ outcome: UseOutcome, in session: UseSessions.Session) {
        guard outcome.isFailure || outcome.stored != nil else { return }
        // Another request may have ended the push. Then this one is an action of its own.
        guard let action = pushes.take(session) else { return record(use, outcome) }
        sessions.end(session)
        outcomes.add(outcomeOf: action.ended(outcome, reference: use.reference, at: clock.now()))
    }

    /// Records a request that belongs to no action.
    func record(_ use: RecordedUse, _ outcome: UseOutcome) {
        let action = action(use.use, of: use.repository, use.reference, by: use.caller, started: use.started)
        let ended = action.ended(outcome, at: clock.now())
        if outcome.isFailure { recordFailure(ended) } else { outcomes.add(ended) }
    }

    /// Records a failed attempt, unless there are too many by now.
    func recordFailure(_ action: Action) { if admitsFailure(action) { outcomes.add(action) } }

    /// Whether so many attempts of the caller have failed that further ones are only counted.
    func hasTooManyFailures(_ caller: Caller) -> Bool { failures.isReached(by: caller.origin, at: clock.instant()) }

    /// Whether a failed attempt is to be recorded by itself.
    func admitsFailure(_ action: Action) -> Bool { failures.admit(action, at: clock.instant()) }

    /// Ends pushes whose session is over, and records what was left out.
    ///
    /// - Parameter isLast: whether the server ends, so that nothing waits any longer.
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

    /// Stores at once what became of the uses until now.
    func finish() async throws { try await outcomes.finish() }
}

/// Pushes in progress, by their sessions.
private final class PushesInProgress: Sendable {
    private let open = Mutex<[UseSessions.Session: (action: Action, began: ContinuousClock.Instant)]>([:])

    func add(_ action: Action, in session: UseSessions.Session, at now: ContinuousClock.Instant) {
        open.withLock { $0[session] = (action, now) }
    }

    func take(_ session: UseSessions.Session) -> Action? { open.withLock { $0.removeValue(forKey: session)?.action } }

    /// - Parameter date: nil for all.
    func takeAll(begunBefore date: ContinuousClock.Instant?) -> [Action] {
        open.withLock { open in
            let over = open.filter { entry in date.map { entry.value.began < $0 } ?? true }
            for session in over.keys { open[session] = nil }
            return over.values.map(\.action)
        }
    }
}
