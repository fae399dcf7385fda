import Domain
internal import FoundationEssentials

/// Schedules the next verification of a repository: every six hours; for an unreachable registry after one minute, doubling each time. A
/// random tenth more or less spreads repositories that were registered together.
package struct VerificationSchedule: Sendable {
    private let chance: @Sendable () -> Double

    static let interval: TimeInterval = 6 * 60 * 60
    static let firstRetry: TimeInterval = 60
    /// The latest possible due date, unless the clock is set back afterwards.
    static let horizon = 2 * interval

    /// - Parameter chance: returns a random number from 0 to 1.
    package init(chance: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }) {
        self.chance = chance
    }

    /// The verification with its next due date.
    ///
    /// - Parameters:
    ///   - silences: the number of consecutive unreachable results before.
    ///   - wait: the seconds after which the registry is to be requested at the earliest. More than the interval counts as the interval.
    func plan(_ verification: Verification, after silences: Int, now: Date, wait: TimeInterval? = nil) -> Verification {
        guard verification.state == .unreachable else { return plan(verification, silences: 0, now: now) }
        var planned = postpone(verification, after: silences, now: now)
        if let wait { planned.due = max(planned.due ?? now, now + min(wait, Self.interval)) }
        return planned
    }

    /// A due date after that of any verification of now.
    func afterOthers(now: Date) -> Date { now + Self.interval * 1.1 }

    /// The same verification, with the due date of a retry after so many unreachable results.
    func postpone(_ verification: Verification, after silences: Int, now: Date) -> Verification {
        // The stored number can have any value.
        plan(verification, silences: min(max(silences, 0), 1_000_000) + 1, now: now)
    }

    /// A verification whose earlier state is valid again. It is verified within an hour; a random moment spreads repositories that share
    /// the state.
    func resume(_ verification: Verification, now: Date) -> Verification {
        var planned = plan(verification, silences: 0, now: now)
        planned.due = now + Self.resumption * chance()
        return planned
    }

    static let resumption: TimeInterval = 60 * 60

    /// A verification that shares the unreachable result of another one. It is retried shortly after that one.
    ///
    /// - Parameter due: the due date of the other one.
    func follow(_ verification: Verification, silences: Int, due: Date, now: Date) -> Verification {
        var planned = plan(verification, silences: silences, now: now)
        planned.due = max(due, now + Self.firstRetry) + delay(afterSilences: silences) * 0.1 * chance()
        return planned
    }

    /// The verification while a background check runs. If the process ends during the check, the next one is hours later, so that a
    /// registry whose responses crash the process does not crash it again at each start.
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
        // Ten doublings of a minute exceed the interval.
        silences == 0 ? Self.interval : min(Self.firstRetry * Double(1 << min(silences - 1, 10)), Self.interval)
    }
}
