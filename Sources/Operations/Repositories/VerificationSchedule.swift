import Domain
internal import FoundationEssentials

/// When a repository is verified again: every six hours; where the registry gave no answer after a minute, then after twice
/// as long each time. A tenth more or less, by chance, keeps repositories that were registered together apart.
package struct VerificationSchedule: Sendable {
    private let chance: @Sendable () -> Double

    static let interval: TimeInterval = 6 * 60 * 60
    static let firstRetry: TimeInterval = 60
    /// Nothing is planned further ahead, unless the clock is set back afterwards.
    static let horizon = 2 * interval

    /// - Parameter chance: a number from 0 to 1.
    package init(chance: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }) {
        self.chance = chance
    }

    /// The verification with the time of the next one.
    ///
    /// - Parameter silences: how often in a row the registry had given no answer before.
    func plan(_ verification: Verification, after silences: Int, now: Date) -> Verification {
        verification.state == .unreachable ? postpone(verification, after: silences, now: now) : plan(verification, silences: 0, now: now)
    }

    /// The same verification, tried again when the registry of one that had been silent so often would be.
    func postpone(_ verification: Verification, after silences: Int, now: Date) -> Verification {
        // The number is read from the store, where it can be anything.
        plan(verification, silences: min(max(silences, 0), 1_000_000) + 1, now: now)
    }

    /// A verification that shares another one's silence: it is tried again soon after that.
    ///
    /// - Parameter due: when the other one is tried again.
    func follow(_ verification: Verification, silences: Int, due: Date, now: Date) -> Verification {
        var planned = plan(verification, silences: silences, now: now)
        planned.due = max(due, now + Self.firstRetry) + delay(afterSilences: silences) * 0.1 * chance()
        return planned
    }

    /// The verification while a background check runs. Where the process ends before the check does, the next one is hours away, so that a
    /// registry whose answers end the process does not end it again at each start.
    func begin(_ verification: Verification, now: Date) -> Verification {
        var begun = plan(verification, silences: 0, now: now)
        begun.silences = verification.silences
        begun.begun = now
        return begun
    }

    private func plan(_ verification: Verification, silences: Int, now: Date) -> Verification {
        var planned = verification
        planned.begun = nil
        planned.silences = silences
        planned.due = now + delay(afterSilences: silences) * (0.9 + 0.2 * chance())
        return planned
    }

    private func delay(afterSilences silences: Int) -> TimeInterval {
        // Ten doublings of a minute are more than the interval.
        silences == 0 ? Self.interval : min(Self.firstRetry * Double(1 << min(silences - 1, 10)), Self.interval)
    }
}
