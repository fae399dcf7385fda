import NIOCore
import NIOPosix
import Synchronization

/// Makes requests with the same login wait for the first of them if the registry has not accepted the login recently: if the password was
/// changed at the registry, one request is refused, not all simultaneous ones.
///
/// As many requests are admitted at once as were in progress together when the login was last accepted. After a pause that number falls to
/// one.
final class LoginGate: Sendable {
    /// A request in progress. ``leave(_:_:accepted:)`` must follow.
    struct Place: Sendable {
        fileprivate let generation: Int
    }

    enum Entry {
        /// The login may be sent. The place is nil if there are too many logins to track.
        case admitted(Place?)
        /// The login was refused meanwhile: the caller checks again whether it is held back.
        case refused
    }

    fileprivate typealias Continuation = CheckedContinuation<Result<Entry, any Error>, Never>

    fileprivate struct Login {
        /// The maximum number of requests in progress.
        var limit = 1
        var sent = 0
        /// The most requests that were in progress since ``since``.
        var peak = 0
        var since: NIODeadline
        /// Increases when the requests in progress have taken too long; they are not counted any more.
        var generation = 0
        /// The time at which the registry last accepted it; nil after a refusal.
        var accepted: NIODeadline?
        /// The time at which the first request in progress was admitted, or the first one that had waited long enough.
        var begun = NIODeadline.now()
        /// Whether a request was admitted because it had waited long enough.
        var hasLate = false
        /// In the order of their arrival.
        var waiting: [(id: Int, continuation: Continuation)] = []

        var isIdle: Bool { sent == 0 && waiting.isEmpty }
    }

    fileprivate struct State {
        var logins: [LoginHolds.Key: Login] = [:]
        var lastID = 0
        /// Requests that were cancelled, or timed out, before they suspended.
        var left: [Int: any Error] = [:]
    }

    private let state = Mutex(State())
    private let wait: TimeAmount
    private let now: @Sendable () -> NIODeadline

    fileprivate static let capacity = 10_000
    /// The limit adapts to the requests in progress after this time, and falls to half with each further one.
    fileprivate static let period = TimeAmount.milliseconds(250)
    private static let recently = TimeAmount.seconds(10)

    /// - Parameter wait: how long requests wait for the response to others before one more of them is admitted.
    init(wait: TimeAmount = .seconds(5), now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.wait = wait
        self.now = now
    }

    /// Waits until a request may carry the login.
    ///
    /// - Throws: a `CancellationError`, or ``TransportError/timedOut``.
    func enter(_ key: LoginHolds.Key, before deadline: NIODeadline = .distantFuture) async throws -> Entry {
        let now = now()
        let (entry, id) = state.withLock { $0.enter(key, at: now) }
        if let entry { return entry }
        let alarm = MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(initialDelay: wait, delay: wait) { [self] _ in
            expire(id, key)
        }
        let end = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(deadline: deadline) { [self] in
            leave(id, key, TransportError.timedOut)
        }
        defer {
            alarm.cancel()
            end.cancel()
            state.withLock { $0.left[id] = nil }
        }
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let entry = state.withLock { $0.wait(id, continuation, for: key) }
                if let entry { continuation.resume(returning: entry) }
            }
        } onCancel: {
            leave(id, key, CancellationError())
        }.get()
    }

    /// Notes the response to a login.
    ///
    /// - Parameters:
    ///   - place: nil for a request that did not wait.
    ///   - accepted: nil if the response says nothing about the login.
    func leave(_ key: LoginHolds.Key, _ place: Place?, accepted: Bool?) {
        let now = now()
        for (continuation, entry) in state.withLock({ $0.leave(key, place, accepted: accepted, at: now) }) {
            continuation.resume(returning: .success(entry))
        }
    }

    /// Whether the registry accepted the login some seconds ago, and has not refused it since.
    func hasAcceptedRecently(_ key: LoginHolds.Key) -> Bool {
        let now = now()
        return state.withLock { $0.logins[key]?.accepted }.map { $0 + Self.recently > now } ?? false
    }

    /// The number of waiting requests.
    var waiting: Int { state.withLock { $0.logins.values.reduce(0) { $0 + $1.waiting.count } } }

    private func expire(_ id: Int, _ key: LoginHolds.Key) {
        let admitted = state.withLock { $0.expire(id, key, after: wait) }
        if let (continuation, entry) = admitted { continuation.resume(returning: .success(entry)) }
    }

    private func leave(_ id: Int, _ key: LoginHolds.Key, _ error: any Error) {
        let continuation = state.withLock { $0.remove(id, key, error) }
        continuation?.resume(returning: .failure(error))
    }
}

extension LoginGate.State {
    fileprivate mutating func enter(_ key: LoginHolds.Key, at now: NIODeadline) -> (LoginGate.Entry?, id: Int) {
        if logins[key] == nil {
            if logins.count >= LoginGate.capacity { logins = logins.filter { !$0.value.isIdle } }
            guard logins.count < LoginGate.capacity else { return (.admitted(nil), 0) }
        }
        if let place = logins[key, default: LoginGate.Login(since: now)].admit(at: now) { return (.admitted(place), 0) }
        lastID += 1
        return (nil, lastID)
    }

    /// - Returns: nil for a request that waits now.
    fileprivate mutating func wait(
        _ id: Int, _ continuation: LoginGate.Continuation, for key: LoginHolds.Key
    ) -> Result<LoginGate.Entry, any Error>? {
        if let error = left[id] { return .failure(error) }
        // The requests before it may have finished meanwhile.
        guard let login = logins[key], login.sent > 0 else { return .success(.refused) }
        logins[key]?.waiting.append((id, continuation))
        return nil
    }

    fileprivate mutating func remove(_ id: Int, _ key: LoginHolds.Key, _ error: any Error) -> LoginGate.Continuation? {
        guard let index = logins[key]?.waiting.firstIndex(where: { $0.id == id }) else {
            left[id] = error
            return nil
        }
        return logins[key]?.waiting.remove(at: index).continuation
    }

    /// Admits a request that has waited long enough: one at first, and all others if it has no response either after the same time.
    fileprivate mutating func expire(
        _ id: Int, _ key: LoginHolds.Key, after wait: TimeAmount
    ) -> (LoginGate.Continuation, LoginGate.Entry)? {
        guard let login = logins[key], .now() - login.begun >= wait, let index = login.waiting.firstIndex(where: { $0.id == id }),
            let waiter = logins[key]?.waiting.remove(at: index)
        else { return nil }
        return (waiter.continuation, .admitted(logins[key]?.admitLate()))
    }

    fileprivate mutating func leave(
        _ key: LoginHolds.Key, _ place: LoginGate.Place?, accepted: Bool?, at now: NIODeadline
    ) -> [(LoginGate.Continuation, LoginGate.Entry)] {
        logins[key]?.leave(place, accepted: accepted, at: now) ?? []
    }
}

extension LoginGate.Login {
    fileprivate mutating func admit(at now: NIODeadline) -> LoginGate.Place? {
        adapt(at: now)
        return sent < limit ? admit() : nil
    }

    private mutating func admit() -> LoginGate.Place {
        if sent == 0, !hasLate { begun = .now() }
        sent += 1
        peak = max(peak, sent)
        return LoginGate.Place(generation: generation)
    }

    /// Admits a request that has waited long enough. The requests in progress have no response, and delay no others from now on.
    fileprivate mutating func admitLate() -> LoginGate.Place {
        if !hasLate { (hasLate, begun) = (true, .now()) }
        generation += 1
        sent = 0
        return admit()
    }

    fileprivate mutating func leave(
        _ place: LoginGate.Place?, accepted: Bool?, at now: NIODeadline
    ) -> [(LoginGate.Continuation, LoginGate.Entry)] {
        if place?.generation == generation { sent -= 1 }
        hasLate = false
        switch accepted {
        case true?:
            self.accepted = now
            adapt(at: now)
            limit = max(limit, sent + max(1, waiting.count))
        case false?:
            (limit, self.accepted) = (1, nil)
            defer { waiting = [] }
            return waiting.map { ($0.continuation, .refused) }
        case nil: break
        }
        let count = min(max(0, limit - sent), waiting.count)
        defer { waiting.removeFirst(count) }
        return waiting.prefix(count).map { ($0.continuation, .admitted(admit())) }
    }

    private mutating func adapt(at now: NIODeadline) {
        let periods = (now - since).nanoseconds / LoginGate.period.nanoseconds
        guard periods >= 1 else { return }
        limit = max(1, min(limit, peak) >> Int(periods - 1))
        (peak, since) = (sent, now)
    }
}

/// The place of a request whose refusal another request explains, which takes it over. The place is given back at the latest when nothing
/// refers to the turn any more.
package final class LoginTurn: Sendable {
    private let held = Mutex<(place: LoginGate.Place, leave: @Sendable () -> Void)?>(nil)

    deinit { held.withLock { $0?.leave() } }

    func hold(_ place: LoginGate.Place, leave: @escaping @Sendable () -> Void) {
        held.withLock { $0 = (place, leave) }
    }

    func take() -> LoginGate.Place? {
        held.withLock { held in
            defer { held = nil }
            return held?.place
        }
    }
}
