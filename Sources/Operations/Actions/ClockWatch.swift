package import Domain
package import FoundationEssentials

/// Detects a wall clock that jumps; a value that compares readings with monotonic time and with what an earlier process stored.
///
/// A clock that jumped is not trusted until it is back where it was expected, until the server has run for a day without another
/// jump, or until somebody confirms it. The day is counted over restarts.
package struct ClockWatch: Sendable {
    package enum Event: Hashable, Sendable {
        /// The clock shows another time than was expected.
        case jumped(from: Date, to: Date)
        /// The clock is back where it was expected.
        case returned
        /// The clock was steady for long enough.
        case settled
    }

    /// How far wall clock and monotonic time may diverge in ``day``.
    static let tolerance: TimeInterval = 3600
    /// How long a server may have been off, and a clock must have been steady, to be trusted.
    static let day: TimeInterval = 86_400

    private var trusted: ExpectedTime
    private var jump: ClockJump?
    private var last: ContinuousClock.Instant

    private struct ClockJump {
        var expected: ExpectedTime
        var steady: TimeInterval
        /// Whether this process has reported it.
        var isReported: Bool
    }

    /// - Parameter record: what the last process stored; nil where nothing is known, and the clock is trusted as it is.
    package init(_ record: RetentionRecord?, at reading: ClockReading) {
        trusted = record.map { ExpectedTime(stored: $0.trusted, at: reading.instant) } ?? ExpectedTime(reading)
        jump = record?.jump.map {
            ClockJump(expected: ExpectedTime(stored: $0.seen, at: reading.instant), steady: max(0, $0.steady), isReported: false)
        }
        last = reading.instant
    }

    package var isTrusted: Bool { jump == nil }

    /// How long the clock must still be steady, in seconds.
    package var remaining: TimeInterval { jump.map { Self.day - $0.steady } ?? 0 }

    /// The record from which a later process starts.
    package func record(at reading: ClockReading, window: RetentionRecord.Window?) -> RetentionRecord {
        RetentionRecord(
            trusted: isTrusted ? reading.wall : trusted.expected(at: reading.instant),
            jump: jump.map { RetentionRecord.ClockJump(seen: reading.wall, steady: $0.steady) }, window: window)
    }

    package mutating func confirm(at reading: ClockReading) {
        jump = nil
        trusted = ExpectedTime(reading)
    }

    package mutating func observe(_ reading: ClockReading) -> Event? {
        let elapsed = (reading.instant - last) / .seconds(1)
        last = reading.instant
        if trusted.includes(reading) { return follow(reading) }
        guard var current = jump, current.expected.includes(reading) else {
            jump = ClockJump(expected: ExpectedTime(reading), steady: 0, isReported: true)
            return .jumped(from: trusted.expected(at: reading.instant), to: reading.wall)
        }
        current.steady += elapsed
        guard current.steady < Self.day else {
            confirm(at: reading)
            return .settled
        }
        let isReported = current.isReported
        current.isReported = true
        if current.expected.isStored { current.expected = ExpectedTime(reading) }
        jump = current
        return isReported ? nil : .jumped(from: trusted.expected(at: reading.instant), to: reading.wall)
    }

    /// The course is renewed once a day: many small corrections are no jump.
    private mutating func follow(_ reading: ClockReading) -> Event? {
        let isUncertain = jump != nil
        if isUncertain || trusted.isStored || trusted.age(at: reading.instant) >= Self.day { trusted = ExpectedTime(reading) }
        jump = nil
        return isUncertain ? .returned : nil
    }
}

/// The times that a clock shows as monotonic time passes, if it does not jump.
private struct ExpectedTime {
    let start: ClockReading
    /// Whether the time was stored by an earlier process: nobody knows for how long the server was off.
    let isStored: Bool

    init(_ reading: ClockReading) {
        (start, isStored) = (reading, false)
    }

    init(stored wall: Date, at instant: ContinuousClock.Instant) {
        (start, isStored) = (ClockReading(wall: wall, instant: instant), true)
    }

    func age(at instant: ContinuousClock.Instant) -> TimeInterval { (instant - start.instant) / .seconds(1) }

    func expected(at instant: ContinuousClock.Instant) -> Date { start.wall + age(at: instant) }

    func includes(_ reading: ClockReading) -> Bool {
        let difference = reading.wall.timeIntervalSince(expected(at: reading.instant))
        return (-ClockWatch.tolerance...(isStored ? ClockWatch.day : ClockWatch.tolerance)).contains(difference)
    }
}
