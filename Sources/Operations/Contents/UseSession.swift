import Domain
import FoundationEssentials
import Synchronization

/// A change of the audit trail that follows from the end of a request.
enum TrailChange: Hashable, Sendable {
    /// The outcome of an action in progress.
    case outcome(Action)
    /// A request that is an action of its own.
    case action(Action)
    /// A failed request beyond the limit, which is only counted.
    case leftOut(Action)
    /// The reference of a pull whose outcome was stored without one.
    case reference(Action)
}

/// The decisions about the one action of a pull or push, which many requests share.
///
/// The action is recorded in progress before the first request is sent, and covers all requests of the session until its outcome is known:
///
/// - A pull succeeds with the first request that succeeds. If that is not the request that started the session, the outcome waits until the
///   latter is over, because the action shows its reference.
/// - A pull that begins with a list of tags gets the reference of the first successful request that has one.
/// - A push succeeds when its manifest is stored, and then is complete.
/// - The action has an unknown outcome after a request whose outcome is unknown.
/// - The action fails with a request that fails while no other is in progress and nothing has succeeded. Other failed requests are actions
///   of their own, so that no record hides a success.
/// - Beyond the limit of failures, a failed action stays in progress and covers further requests. It fails when the session is over.
struct SharedUse {
    let use: ContentUse
    /// The action in progress; nil when its outcome is known.
    private(set) var action: Action?
    /// Whether further requests belong to it.
    private(set) var isOpen = true
    private(set) var requests = 1
    private var isFirstOver = false
    /// The request whose success becomes that of the pull.
    private var success: Action?
    /// Whether the push stored a blob.
    private var hasStored = false
    /// The pull that succeeded without a reference.
    private var unreferenced: Action?
    /// The failure that the action has if nothing succeeds.
    private(set) var held: Action?

    /// - Parameter action: in progress.
    init(_ action: Action, for use: ContentUse) {
        self.action = action
        self.use = use
    }

    mutating func join() { requests += 1 }

    /// Ends a request.
    ///
    /// - Parameters:
    ///   - request: the request as an action of its own; created only if it is needed.
    ///   - admits: whether a failure is recorded individually.
    mutating func end(
        isFirst: Bool, _ outcome: UseOutcome, as request: () -> Action, admits: (Action) -> Bool
    ) -> [TrailChange] {
        requests -= 1
        if isFirst { isFirstOver = true }
        switch outcome.state {
        case .failed: return fail(request(), admits)
        case .unknown: return endUnknown(request())
        case .success, .inProgress: return use == .push ? succeedPush(outcome, request) : succeedPull(isFirst: isFirst, request)
        }
    }

    private mutating func endUnknown(_ request: Action) -> [TrailChange] {
        guard action != nil else { return [.action(request)] }
        isOpen = false
        return complete(as: request)
    }

    private mutating func fail(_ request: Action, _ admits: (Action) -> Bool) -> [TrailChange] {
        guard action != nil, requests == 0, success == nil, !hasStored else {
            return [admits(request) ? .action(request) : .leftOut(request)] + completePull()
        }
        if admits(request) {
            isOpen = false
            return complete(as: request)
        }
        guard held != nil else {
            held = request
            return []
        }
        return [.leftOut(request)]
    }

    private mutating func succeedPull(isFirst: Bool, _ request: () -> Action) -> [TrailChange] {
        guard action != nil else { return unreferenced == nil ? [] : addReference(of: request()) }
        if isFirst || success == nil { success = request() }
        return completePull()
    }

    private mutating func addReference(of request: Action) -> [TrailChange] {
        guard var action = unreferenced, request.reference != nil else { return [] }
        (action.reference, action.origin) = (request.reference, request.origin)
        unreferenced = nil
        return [.reference(action)]
    }

    private mutating func completePull() -> [TrailChange] {
        guard isFirstOver, let success else { return [] }
        return complete(as: success)
    }

    private mutating func succeedPush(_ outcome: UseOutcome, _ request: () -> Action) -> [TrailChange] {
        guard outcome.stored != nil else {
            hasStored = hasStored || outcome.isContentStored
            return []
        }
        // Another request may have completed the push.
        guard action != nil else { return [.action(request())] }
        isOpen = false
        return complete(as: request())
    }

    /// Completes the action of a session that is over.
    ///
    /// - Parameter isLast: whether the server stops, so that the outcome of requests in progress will not be known.
    mutating func expire(at now: Date, isLast: Bool) -> [TrailChange] {
        guard let action, requests == 0 || isLast else { return [] }
        isOpen = false
        if let success { return complete(as: success) }
        if requests > 0 { return complete(as: action.ended(.unknown, "the server stopped before the outcome was known", at: now)) }
        if hasStored { return complete(as: action.ended(.success, "no manifest was pushed", at: now)) }
        if let held {
            self.held = nil
            return complete(as: held)
        }
        return complete(as: action.ended(.failed, "neither a blob nor a manifest was pushed", at: now))
    }

    private mutating func complete(as request: Action) -> [TrailChange] {
        guard var action else { return [] }
        (action.state, action.status, action.reason) = (request.state, request.status, request.reason)
        (action.reference, action.ended, action.origin) = (request.reference, request.ended, request.origin)
        let leftOut = held.map { [TrailChange.leftOut($0)] } ?? []
        (self.action, success, held) = (nil, nil, nil)
        if use == .pull, action.state == .success, action.reference == nil { unreferenced = action }
        return [.outcome(action)] + leftOut
    }
}

extension Action {
    /// The same action with its outcome.
    func ended(_ state: State, _ reason: String?, status: Int? = nil, at now: Date) -> Action {
        var action = self
        (action.state, action.reason, action.status, action.ended) = (state, reason, status, now)
        return action
    }
}

/// A pull or push in progress, or one whose further requests need no record.
final class UseSession: ExpiringSession {
    private struct State {
        var shared: SharedUse
        let began: ContinuousClock.Instant
        /// When a request of the session last began or ended.
        var lastUse: ContinuousClock.Instant

        /// A pull ends five minutes after its first request, and a push five minutes after its last one.
        func isCurrent(at now: ContinuousClock.Instant) -> Bool {
            guard shared.isOpen else { return false }
            guard shared.use == .push else { return now - began < TimedSession.length }
            return shared.requests > 0 || now - lastUse < TimedSession.length
        }
    }

    private let state: Mutex<State>

    init(_ action: Action, for use: ContentUse, at now: ContinuousClock.Instant) {
        state = Mutex(State(shared: SharedUse(action, for: use), began: now, lastUse: now))
    }

    var isInProgress: Bool { state.withLock { $0.shared.action != nil } }

    func isCurrent(at now: ContinuousClock.Instant) -> Bool { state.withLock { $0.isCurrent(at: now) } }

    /// Adds a request.
    ///
    /// - Returns: false if the session is over.
    func join(at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            guard state.isCurrent(at: now) else { return false }
            state.shared.join()
            state.lastUse = now
            return true
        }
    }

    func end(
        isFirst: Bool, _ outcome: UseOutcome, at now: ContinuousClock.Instant, as request: () -> Action, admits: (Action) -> Bool
    ) -> [TrailChange] {
        state.withLock { state in
            state.lastUse = now
            return state.shared.end(isFirst: isFirst, outcome, as: request, admits: admits)
        }
    }

    /// Completes the action if the session is over, or if the server stops.
    func expire(at now: ClockReading, isLast: Bool) -> [TrailChange] {
        state.withLock { state in
            guard isLast || !state.isCurrent(at: now.instant) else { return [] }
            return state.shared.expire(at: now.wall, isLast: isLast)
        }
    }
}
