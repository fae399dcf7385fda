package import Domain
package import FoundationEssentials

/// Derives the trusted time, by which actions are deleted, from monotonic time and the wall clock.
///
/// The trusted time advances with monotonic time while a server runs. A later or earlier time of the wall clock, after a jump or after a
/// time without a server, is a claim. It becomes the trusted time when servers have run for a day in which the clock diverged from monotonic
/// time by at most an hour, or when an administrator confirms it. Restarts neither shorten nor end this day, but the time between them counts as
/// divergence.
package struct ClockWatch: Sendable {
    package enum Event: Hashable, Sendable {
        /// The clock differs from the trusted time by more than a day.
        case jumped(from: Date, to: Date)
        /// The clock returned to the trusted time.
        case returned
        /// The clock was steady for long enough.
        case settled
    }

    /// The tolerated divergence of wall clock and monotonic time within ``day``.
    static let tolerance: TimeInterval = 3600
    /// The running time after which a claim is accepted.
    static let day: TimeInterval = 86_400

    private var state: RetentionRecord
    private var last: ContinuousClock.Instant
    /// Whether this process has reported that the clock differs from the trusted time.
    private var isReported = false

    /// - Parameter record: the record of the last process; nil if there is none, in which case the clock is trusted.
    package init(_ record: RetentionRecord?, at reading: ClockReading) {
        state = record ?? RetentionRecord(trusted: reading.wall)
        last = reading.instant
    }

    /// The trusted time of the last observation.
    package var trusted: Date { state.trusted }
    /// The total time that servers have run, in seconds.
    package var ran: TimeInterval { state.ran }
    /// Whether the clock was steady for a day, or an administrator confirmed it, and it did not jump since.
    package var isSteady: Bool { state.isSteady }
    /// The time for which servers must still run before the claim is accepted, in seconds.
    package var remaining: TimeInterval { Self.day - state.claim.steady }

    package func isDoubtful(_ wall: Date) -> Bool { abs(wall.timeIntervalSince(state.trusted)) > Self.day }

    /// The record from which a later process starts.
    package func record(window: RetentionRecord.Window?) -> RetentionRecord {
        var record = state
        record.window = window
        return record
    }

    package mutating func confirm(at reading: ClockReading) {
        accept(reading.wall)
        isReported = false
    }

    package mutating func observe(_ reading: ClockReading) -> Event? {
        let isAccepted = advance(to: reading)
        let wasReported = isReported
        isReported = isDoubtful(reading.wall)
        if isReported { return wasReported ? nil : .jumped(from: trusted, to: reading.wall) }
        return wasReported ? (isAccepted ? .settled : .returned) : nil
    }

    /// - Returns: whether the claim of the clock was accepted.
    private mutating func advance(to reading: ClockReading) -> Bool {
        let elapsed = (reading.instant - last) / .seconds(1)
        last = reading.instant
        state.trusted += elapsed
        state.ran += elapsed
        state.claim.expected += elapsed
        guard abs(reading.wall.timeIntervalSince(state.claim.expected)) <= Self.tolerance else {
            state.claim = RetentionRecord.Claim(expected: reading.wall, steady: 0)
            state.isSteady = false
            return false
        }
        state.claim.steady += elapsed
        guard state.claim.steady >= Self.day else { return false }
        accept(reading.wall)
        return true
    }

    /// Another day begins, so that many small corrections of the clock do not add up to a jump.
    private mutating func accept(_ wall: Date) {
        state.trusted = wall
        state.claim = RetentionRecord.Claim(expected: wall, steady: 0)
        state.isSteady = true
    }
}
