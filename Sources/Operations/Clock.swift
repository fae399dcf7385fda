package import FoundationEssentials

/// Reads the wall clock, which can jump, and monotonic time, which cannot.
package struct Clock: Sendable {
    private let readWall: @Sendable () -> Date
    private let readInstant: @Sendable () -> ContinuousClock.Instant

    package init(wall: @escaping @Sendable () -> Date, instant: @escaping @Sendable () -> ContinuousClock.Instant) {
        readWall = wall
        readInstant = instant
    }

    package static let system = Clock(wall: { Date() }, instant: { .now })

    /// The date to store or show, in whole milliseconds, which is the precision of the store.
    package func now() -> Date {
        Date(timeIntervalSince1970: (readWall().timeIntervalSince1970 * 1000).rounded(.down) / 1000)
    }

    /// Monotonic time, for durations within the lifetime of the process.
    package func instant() -> ContinuousClock.Instant { readInstant() }

    package func reading() -> ClockReading { ClockReading(wall: now(), instant: instant()) }
}

/// The wall-clock time and the monotonic time of one moment.
package struct ClockReading: Hashable, Sendable {
    package let wall: Date
    package let instant: ContinuousClock.Instant

    package init(wall: Date, instant: ContinuousClock.Instant) {
        self.wall = wall
        self.instant = instant
    }
}
