import Domain
import FoundationEssentials
import Testing

@testable import Operations

@Suite("The verification schedule")
struct VerificationScheduleTests {
    private static let now = Date(timeIntervalSince1970: 1_413_198_103)
    private static let hours = 60.0 * 60

    @Test(
        "After a response, the next check is in six hours, plus or minus a tenth",
        arguments: Verification.State.allCases.filter { $0 != .unreachable }, [(0.0, 5.4), (0.25, 5.7), (0.5, 6.0), (1.0, 6.6)])
    func answered(state: Verification.State, _ row: (chance: Double, hours: Double)) {
        for silences in [0, 1, 1000] {
            let planned = plan(state, after: silences, chance: row.chance)
            #expect(abs(planned.delay - row.hours * Self.hours) < 0.001)
            #expect(planned.silences == 0)
        }
    }

    @Test(
        "Without a response, checks are retried after one minute, doubling each time up to six hours",
        arguments: [
            (0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64), (7, 128), (8, 256), (9, 360), (10, 360), (11, 360), (62, 360),
            (63, 360), (64, 360), (100_000, 360),
        ] as [(Int, Double)])
    func silent(silences: Int, minutes: Double) {
        for (chance, factor) in [(0.0, 0.9), (0.5, 1.0), (1.0, 1.1)] {
            let planned = plan(.unreachable, after: silences, chance: chance)
            #expect(abs(planned.delay - minutes * 60 * factor) < 0.001)
            #expect(planned.silences == silences + 1)
        }
    }

    @Test("An impossible number of unreachable results is tolerated", arguments: [Int.min, -1, Int.max])
    func impossible(silences: Int) {
        #expect((0.9 * 60...6.6 * Self.hours).contains(plan(.unreachable, after: silences, chance: 0).delay))
    }

    @Test("Scheduling changes nothing else of the verification")
    func rest() {
        let verification = Verification(
            state: .unreachable, reason: "no answer", granted: Grants(pull: .yes, push: .no), checked: Self.now)
        var planned = VerificationSchedule(chance: { 0.5 }).plan(verification, after: 0, now: Self.now)
        planned.due = nil
        planned.silences = 0
        #expect(planned == verification)
    }

    @Test("Random variation spreads repositories that were registered together")
    func apart() {
        let schedule = VerificationSchedule()
        let dates = (0..<100).map { _ in schedule.plan(Verification(state: .verified), after: 0, now: Self.now).due }
        #expect(Set(dates).count > 90)
        for date in dates.compactMap(\.self) {
            #expect((5.4 * Self.hours...6.6 * Self.hours).contains(date.timeIntervalSince(Self.now)))
        }
    }

    private func plan(_ state: Verification.State, after silences: Int, chance: Double) -> (delay: TimeInterval, silences: Int) {
        let planned = VerificationSchedule(chance: { chance }).plan(Verification(state: state), after: silences, now: Self.now)
        return (planned.due?.timeIntervalSince(Self.now) ?? .infinity, planned.silences)
    }
}
