import Domain
import FoundationEssentials
import Synchronization

/// One request for the contents of a repository, which is on record before anything is sent. ``succeed(storing:)`` or ``fail(_:status:)`` follows; a request
/// whose response does not reach the client has failed.
package final class RecordedUse: Sendable {
    enum Part: Sendable {
        /// Asks whether something is there, and is no use.
        case question
        /// The only request of an action.
        case only(Action)
        /// The first request of a pull, which has its outcome.
        case first(Action, UseSessions.Session)
        /// A later request of a pull, which is an action if it fails.
        case later
        /// A request of a pull after too many that failed, which is recorded if it succeeds.
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

    deinit { end(UseOutcome(failure: "the response did not reach the client whole", status: nil)) }

    /// - Parameter reference: the tag or digest of a manifest that was stored.
    package func succeed(storing reference: String? = nil) { end(UseOutcome(storing: reference)) }

    /// - Parameters:
    ///   - reason: a sentence for people.
    ///   - status: that of the response; nil if it broke off.
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
