import Domain
import FoundationEssentials
import Synchronization

/// Limits how many failed attempts per account and address are recorded individually, so that they cannot fill the disk. The others are
/// summarized in one action with their count.
final class FailureLimit: Sendable {
    private struct Key: Hashable {
        let account: String
        let host: String

        init(_ origin: Action.Origin) {
            account = origin.user
            host = IPAddress(origin.address).map { "\($0.hostBytes)" } ?? origin.address
        }
    }

    private struct Window {
        let began: ContinuousClock.Instant
        var recorded = 0
        /// The first and the last attempt that was only counted, and the number of those attempts.
        var leftOut: (first: Action, last: Action, count: Int)?
    }

    private let windows = Mutex<[Key: Window]>([:])
    private let limit: Int
    private let length: Duration
    private let makeID: @Sendable () -> UUID

    private static let capacity = 10_000

    init(limit: Int = 30, length: Duration = .seconds(180), makeID: @escaping @Sendable () -> UUID) {
        self.limit = limit
        self.length = length
        self.makeID = makeID
    }

    /// Counts a failed attempt.
    ///
    /// - Returns: whether to record it individually.
    func admit(_ action: Action, at now: ContinuousClock.Instant) -> Bool {
        let key = Key(action.origin)
        return windows.withLock { windows in
            var window = windows[key] ?? Window(began: now)
            defer { windows[key] = window }
            guard window.recorded >= limit else {
                window.recorded += 1
                return true
            }
            window.leftOut = (window.leftOut?.first ?? action, action, (window.leftOut?.count ?? 0) + 1)
            return false
        }
    }

    /// Whether the next attempt is only counted.
    func isReached(by origin: Action.Origin, at now: ContinuousClock.Instant) -> Bool {
        windows.withLock { $0[Key(origin)] }.map { $0.recorded >= limit && now - $0.began < length } ?? false
    }

    /// Returns one summary action for each expired window with attempts that were only counted.
    ///
    /// - Parameter all: includes windows that have not expired, for the shutdown.
    func takeLeftOut(at now: ContinuousClock.Instant, all: Bool = false) -> [Action] {
        windows.withLock { windows in
            let over = windows.filter { all || now - $0.value.began >= length || windows.count > Self.capacity }
            for key in over.keys { windows[key] = nil }
            return over.values.compactMap(\.leftOut).map { summary($0.first, $0.last, $0.count) }
        }
    }

    private func summary(_ first: Action, _ last: Action, _ count: Int) -> Action {
        Action(
            id: makeID(), namespace: last.namespace, kind: last.kind, object: last.object, reference: last.reference, state: .failed,
            status: last.status, reason: "\(count) more failed attempts were not recorded individually. This is the last of them",
            attempts: count, started: first.started, ended: last.ended, origin: last.origin)
    }
}
