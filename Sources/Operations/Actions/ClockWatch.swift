package import Domain
package import FoundationEssentials

/// Detects jumps of the wall clock, by comparing it with monotonic time and with the record of an earlier process.
///
/// After a jump the clock is not trusted until it returns to the expected time, until the server has run for a day without another jump, or
/// until an administrator confirms it. The day is counted across restarts.
package struct ClockWatch: Sendable {
    package enum Event: Hashable, Sendable {
        /// The clock differs from the expected time.
        case jumped(from: Date, to: Date)
        /// The clock returned to the expected time.
        case returned
        /// The clock was steady for long enough.
        case settled
    }

    /// The tolerated divergence of wall clock and monotonic time within ``day``.
    static let tolerance: TimeInterval = 3600
    /// The longest downtime after which the clock is still trusted, and how long a clock must be steady after a jump.
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

    /// - Parameter record: the record of the last process; nil if there is none, in which case the clock is trusted.
    package init(_ record: RetentionRecord?, at reading: ClockReading) {
        trusted = record.map { ExpectedTime(stored: $0.trusted, at: reading.instant) } ?? ExpectedTime(reading)
        jump = record?.jump.map {
            ClockJump(expected: ExpectedTime(stored: $0.seen, at: reading.instant), steady: max(0, $0.steady), isReported: false)
        }
        last = reading.instant
    }

    package var isTrusted: Bool { jump == nil }

    /// The time for which the clock must still be steady, in seconds.
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

    /// The expected time is reset once a day, so that many small corrections do not add up to a jump.
    private mutating func follow(_ reading: ClockReading) -> Event? {
        let isUncertain = jump != nil
        if isUncertain || trusted.isStored || trusted.age(at: reading.instant) >= Self.day { trusted = ExpectedTime(reading) }
        jump = nil
        return isUncertain ? .returned : nil
    }
}

/// The time that a clock without jumps shows as monotonic time passes.
private struct ExpectedTime {
    let start: ClockReading
    /// Whether the time was stored by an earlier process, so that the downtime is unknown.
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
