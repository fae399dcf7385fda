package import FoundationEssentials
package import Operations
import Synchronization

/// A clock that only a test advances.
package final class ManualClock: Sendable {
    private let time: Mutex<ClockReading>

    package init(_ start: Date = Date(timeIntervalSince1970: 1_413_198_103)) {
        time = Mutex(ClockReading(wall: start, instant: .now))
    }

    package var clock: Clock {
        Clock(wall: { self.time.withLock { $0.wall } }, instant: { self.time.withLock { $0.instant } })
    }

    /// Lets time pass, in whole milliseconds.
    package func advance(by seconds: TimeInterval) {
        let span = Duration.milliseconds(Int64((seconds * 1000).rounded()))
        time.withLock { $0 = ClockReading(wall: $0.wall + seconds, instant: $0.instant + span) }
    }

    /// Sets the wall clock, while no time passes.
    package func jump(by seconds: TimeInterval) {
        time.withLock { $0 = ClockReading(wall: $0.wall + seconds, instant: $0.instant) }
    }
}
