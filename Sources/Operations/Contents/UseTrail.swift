import Domain
import FoundationEssentials
import Synchronization

/// A request for the contents of a repository.
struct UseRequest: Sendable {
    let use: ContentUse
    let repository: Repository
    /// The tag or digest.
    let reference: String?
    let caller: Caller
    let started: Date

    /// The request as an action in progress.
    func action(_ id: UUID) -> Action {
        Action(
            id: id, namespace: repository.namespace, kind: use.kind, object: .repository(repository.name), reference: reference,
            state: .inProgress, started: started, ended: started, origin: caller.origin)
    }
}

extension Action {
    /// The same action with the outcome of a request.
    fileprivate func ended(_ outcome: UseOutcome, at now: Date) -> Action {
        var action = ended(outcome.state, outcome.reason, status: outcome.status, at: now)
        action.reference = outcome.stored ?? reference
        return action
    }
}

/// A request for the contents of a repository, recorded before it is forwarded. ``succeed(storing:)`` or ``fail(_:status:)`` completes it;
/// a request whose response does not reach the client has failed.
package final class RecordedUse: Sendable {
    enum Part: Sendable {
        /// Checks for existence, which is not a use.
        case existenceCheck
        /// The only request of an action.
        case only(BegunAttempt)
        /// A request of a pull or push.
        case session(UseSession, isFirst: Bool)
    }

    let request: UseRequest
    private let part: Mutex<Part?>
    private let trail: UseTrail

    init(_ request: UseRequest, as part: Part, in trail: UseTrail) {
        self.request = request
        self.part = Mutex(part)
        self.trail = trail
    }

    deinit { end(UseOutcome(failure: "the response was not delivered completely", status: nil)) }

    /// - Parameter reference: the tag or digest of a manifest that was stored.
    package func succeed(storing reference: String? = nil) { end(UseOutcome(storing: reference)) }

    /// The request has stored a blob.
    package func succeedStoringBlob() { end(UseOutcome(isContentStored: true)) }

    /// - Parameters:
    ///   - reason: a human-readable reason.
    ///   - status: the status of the response; nil if it was aborted.
    package func fail(_ reason: String, status: Int?) { end(UseOutcome(failure: reason, status: status)) }

    /// The request was sent, and the registry may have carried it out.
    package func endUnknown(_ reason: String) { end(UseOutcome(unknown: reason)) }

    private func end(_ outcome: UseOutcome) {
        let part = part.withLock { part in
            defer { part = nil }
            return part
        }
        if let part { trail.end(part, of: request, with: outcome) }
    }
}

/// The audit trail of uses: the only place that begins, ends and counts them.
final class UseTrail: Sendable {
    private let sessions = UseSessions<UseSession>()
    /// The sessions whose action is in progress.
    private let open = Mutex<[UseSession]>([])
    private let held = HeldFailures()
    private let failures: FailureLimit
    private let store: GuardedStore
    private let outcomes: Outcomes
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    init(_ store: GuardedStore, clock: Clock, makeID: @escaping @Sendable () -> UUID) {
        self.store = store
        outcomes = Outcomes(store)
        failures = FailureLimit(makeID: makeID)
        self.clock = clock
        self.makeID = makeID
    }
}

// Uses of contents.
extension UseTrail {
    /// Records a use before it is sent: every deletion, and the first request of a pull or push.
    ///
    /// - Parameter onSession: called for the first request of a pull or push.
    func begin(_ request: UseRequest, onSession: @escaping @Sendable () -> Void) async throws -> RecordedUse.Part {
        guard request.use != .delete else { return .only(try await begin(request.action(makeID()))) }
        let key = UseKey(of: request.repository, request.use, by: request.caller)
        while true {
            let now = clock.instant()
            if let session = sessions.session(of: key, at: now), session.join(at: now) { return .session(session, isFirst: false) }
            let begun = try await sessions.begin(key, at: now) { [self] in
                let action = request.action(makeID())
                try await store.record(action)
                onSession()
                let session = UseSession(action, for: request.use, at: now)
                open.withLock { $0.append(session) }
                return session
            }
            if let begun { return .session(begun, isFirst: true) }
        }
    }

    func end(_ part: RecordedUse.Part, of request: UseRequest, with outcome: UseOutcome) {
        switch part {
        case .existenceCheck: break
        case .only(.own(let action)):
            let ended = action.ended(outcome, at: clock.now())
            if !outcome.isFailure || endsFailure(ended) { outcomes.add(outcomeOf: ended) }
        case .only(.covered):
            let ended = request.action(makeID()).ended(outcome, at: clock.now())
            if outcome.isFailure { leaveOut(ended) } else { outcomes.add(ended) }
        case .session(let session, let isFirst):
            let action = { request.action(self.makeID()).ended(outcome, at: self.clock.now()) }
            apply(session.end(isFirst: isFirst, outcome, at: clock.instant(), as: action) { admits($0) })
        }
    }

    /// Records a failed use that was not begun.
    func recordFailure(_ action: Action) {
        if admits(action) { outcomes.add(action) } else { leaveOut(action) }
    }

    private func apply(_ changes: [TrailChange]) {
        for change in changes {
            switch change {
            case .outcome(let action): outcomes.add(outcomeOf: action)
            case .action(let action): outcomes.add(action)
            case .leftOut(let action): leaveOut(action)
            case .reference(let action): outcomes.add(revised: action)
            }
        }
    }
}

// Attempts to use a credential, and failed attempts.
extension UseTrail {
    /// Records an action in progress, unless a held one covers it.
    func begin(_ action: Action) async throws -> BegunAttempt {
        if failures.isReached(by: action.origin, at: clock.instant()), let cover = held.cover(action) { return .covered(cover) }
        try await store.record(action)
        return .own(action)
    }

    /// Counts the failure of an action in progress.
    ///
    /// - Returns: whether to store its outcome now. Otherwise the action is held.
    func endsFailure(_ failed: Action) -> Bool { admits(failed) || !held.hold(failed, at: clock.instant()) }

    /// Counts a failed attempt if it is below the limit, and returns whether to record it individually.
    func admits(_ action: Action) -> Bool { failures.admit(action.origin, at: clock.instant()) }

    /// Adds failed attempts to the summary of their namespace and kind.
    func leaveOut(_ action: Action, count: Int = 1) {
        if let summary = failures.leaveOut(action, count: count, at: clock.instant()) { outcomes.add(revised: summary) }
    }
}

// Storing what is pending.
extension UseTrail {
    /// Completes the actions of sessions that are over, and stores the number of the failures that were only counted.
    ///
    /// - Parameter isLast: whether the server shuts down, so that nothing may stay pending.
    func catchUp(isLast: Bool) async throws {
        let now = clock.reading()
        let sessions = open.withLock { open in
            open.removeAll { !$0.isInProgress }
            return open
        }
        for session in sessions { apply(session.expire(at: now, isLast: isLast)) }
        for failed in held.takeReleased(at: now.instant, all: isLast) { outcomes.add(outcomeOf: failed) }
        addSummaries()
        if isLast { try await outcomes.finish() }
    }

    /// Stores all pending outcomes at once.
    func finish() async throws {
        addSummaries()
        try await outcomes.finish()
    }

    private func addSummaries() {
        for summary in failures.takeChanges(at: clock.instant()) { outcomes.add(revised: summary) }
    }
}
