import Domain
import FoundationEssentials
import Naming
import Operations
import Testing

@Suite("The acceptance of an agent's report")
struct ReportAcceptanceTests {
    /// Runs of the agent.
    private static let runs = (0..<20).map { _ in UUID() }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The stored report; nil for a new agent.
        var stored: (instance: String, run: Int, sequence: Int, hash: String, key: String)? = ("a", 1, 5, "h", "k")
        var replaced: [Int] = [0]
        var report: (instance: String, run: Int, sequence: Int, hash: String, key: String)
        var age: TimeInterval = 60
        /// The outcome of a report with services, and of one without.
        let outcomes: (full: Outcome, hashOnly: Outcome)
    }

    enum Outcome: Equatable, Sendable {
        case replaced([Int])
        case refused(ReportRefusal)
    }

    @Test(
        "A report replaces the stored one of the same instance, unless it is older; another instance waits until that is stale",
        arguments: [
            Row(
                testDescription: "new agent", stored: nil, replaced: [], report: ("a", 1, 1, "h", "k"),
                outcomes: (.replaced([]), .refused(.unknown))),
            Row(testDescription: "next report", report: ("a", 1, 6, "h", "k"), outcomes: (.replaced([0]), .replaced([0]))),
            Row(testDescription: "same report again", report: ("a", 1, 5, "h", "k"), outcomes: (.replaced([0]), .replaced([0]))),
            Row(testDescription: "older report", report: ("a", 1, 4, "h", "k"), outcomes: (.refused(.outdated), .refused(.outdated))),
            Row(testDescription: "other services", report: ("a", 1, 6, "i", "k"), outcomes: (.replaced([0]), .refused(.unknown))),
            Row(testDescription: "other key", report: ("a", 1, 6, "h", "l"), outcomes: (.replaced([0]), .refused(.unknown))),
            Row(testDescription: "next run", report: ("a", 2, 1, "h", "k"), outcomes: (.replaced([0, 1]), .replaced([0, 1]))),
            Row(testDescription: "replaced run", report: ("a", 0, 99, "h", "k"), outcomes: (.refused(.outdated), .refused(.outdated))),
            Row(
                testDescription: "replaced run, nearly stale", report: ("a", 0, 99, "h", "k"), age: 899,
                outcomes: (.refused(.outdated), .refused(.outdated))),
            Row(
                testDescription: "replaced run, stale", report: ("a", 0, 1, "h", "k"), age: 900,
                outcomes: (.replaced([1]), .replaced([1]))),
            Row(
                testDescription: "replaced run, stale, other services", replaced: [2, 0, 3], report: ("a", 0, 1, "i", "k"), age: 900,
                outcomes: (.replaced([2, 3, 1]), .refused(.unknown))),
            Row(
                testDescription: "other instance", report: ("b", 2, 1, "h", "k"), age: 899,
                outcomes: (.refused(.nameTaken), .refused(.nameTaken))),
            Row(
                testDescription: "other instance, stale", report: ("b", 2, 1, "h", "k"), age: 900,
                outcomes: (.replaced([]), .refused(.unknown))),
            Row(
                testDescription: "many runs", replaced: Array(2..<18), report: ("a", 18, 1, "h", "k"),
                outcomes: (.replaced(Array(3..<18) + [1]), .replaced(Array(3..<18) + [1]))),
        ])
    func outcome(_ row: Row) throws {
        let stored = try row.stored.map { stored in
            Agent(
                id: UUID(), account: UUID(), accountName: try AccountName(parsing: "carol"), name: try AgentName(parsing: "host-1"),
                report: Self.report(stored.instance, stored.run, stored.sequence, stored.hash, stored.key, ran: 1000),
                replaced: row.replaced.map { Self.runs[$0] }, created: Date(timeIntervalSince1970: 0))
        }
        let report = row.report
        let next = Self.report(report.instance, report.run, report.sequence, report.hash, report.key, ran: 1000 + row.age)
        #expect(Self.outcome(of: next, true, stored) == row.outcomes.full)
        #expect(Self.outcome(of: next, false, stored) == row.outcomes.hashOnly)
    }

    private static func outcome(of report: Agent.Report, _ hasServices: Bool, _ stored: Agent?) -> Outcome {
        do {
            let replaced = try ReportAcceptance.replaced(by: report, withServices: hasServices, of: stored)
            return .replaced(replaced.compactMap(runs.firstIndex))
        } catch {
            return .refused(error)
        }
    }

    private static func report(
        _ instance: String, _ run: Int, _ sequence: Int, _ hash: String, _ key: String, ran: TimeInterval
    ) -> Agent.Report {
        Agent.Report(
            instance: instance, process: runs[run], sequence: sequence, engine: .podman, hash: hash, key: key,
            date: Date(timeIntervalSince1970: ran), ran: ran)
    }
}
