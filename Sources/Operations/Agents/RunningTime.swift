import FoundationEssentials
import Synchronization

/// The total time that servers have run with this data, by monotonic time. It does not advance while no server runs.
///
/// The stored values are behind by the time since they were stored. If a server ends without storing its time, reports become stale later
/// by that time, and never earlier.
final class RunningTime: Sendable {
    private let first = Mutex<(ran: TimeInterval, instant: ContinuousClock.Instant)?>(nil)

    /// The time at an instant; nil before ``start(_:at:)``.
    func value(at instant: ContinuousClock.Instant) -> TimeInterval? {
        first.withLock { $0.map { $0.ran + (instant - $0.instant) / .seconds(1) } }
    }

    /// Continues from a stored value, unless it was called before.
    func start(_ ran: TimeInterval, at instant: ContinuousClock.Instant) {
        first.withLock { $0 = $0 ?? (ran, instant) }
    }
}
