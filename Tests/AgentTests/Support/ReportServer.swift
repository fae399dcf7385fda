import DockerCloud
import FakeCloud
import FoundationEssentials
import Naming
import Synchronization
import Testing
import Wire

@testable import Agent

/// A server that stores the reports of one agent, as the server's contract with its agents defines.
final class ReportServer: Sendable {
    struct State {
        var services: [AgentReportBody.Service]?
        var hash: String?
        var reports: [AgentReportBody] = []
        /// The processes that others replaced.
        var replaced: Set<String> = []
        /// The process of the stored report.
        var process: String?
        /// Problems of reports that the agent must never send.
        var violations: [String] = []
        /// A response in place of the regular one.
        var failure: FakeCloud.Reply?
    }

    private let state = Mutex(State())

    var services: [AgentReportBody.Service]? { state.withLock { $0.services } }
    var reports: [AgentReportBody] { state.withLock { $0.reports } }
    var violations: [String] { state.withLock { $0.violations } }
    var imageNames: [String]? { services?.map(\.imageName) }

    /// Responds to all requests in this way; nil for the regular responses.
    func fail(with reply: FakeCloud.Reply?) { state.withLock { $0.failure = reply } }

    /// Loses the stored report, like a server that was restored from a backup.
    func forget() {
        state.withLock {
            $0.services = nil
            $0.hash = nil
        }
    }

    func reply(to request: FakeCloud.Request) -> FakeCloud.Reply {
        state.withLock { state in
            do {
                let report = try AgentReportBody(JSONReader.read(Array(request.body.utf8)))
                if !request.target.hasPrefix("/api/app/v1/agent/") || request.method != "PUT" {
                    state.violations.append("\(request.method) \(request.target)")
                }
                state.violations += Self.violations(of: report, after: state.reports)
                if let services = report.services, try Snapshot(services).hash != report.hash { state.violations.append("hash") }
                state.reports.append(report)
                if let failure = state.failure { return failure }
                if state.replaced.contains(report.process) {
                    return .failure(409, "Another run replaced this one", code: ErrorBody.reportOutdated)
                }
                if report.services == nil, state.hash != report.hash {
                    return .failure(409, "The report is not stored", code: ErrorBody.reportUnknown)
                }
                if let process = state.process, process != report.process { state.replaced.insert(process) }
                state.process = report.process
                state.services = report.services ?? state.services
                state.hash = report.hash
                return .ok(
                    #"{"name": "host1", "resource_uri": "/api/app/v1/agent/5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e/", "#
                        + #""services": \#(state.services?.count ?? 0), "uuid": "5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e"}"#)
            } catch {
                state.violations.append("\(error)")
                return .failure(400, "\(error)")
            }
        }
    }

    /// Problems of a report, by the reports that the agent sent before.
    private static func violations(of report: AgentReportBody, after reports: [AgentReportBody]) -> [String] {
        guard let last = reports.last else { return report.sequence == 1 ? [] : ["first sequence \(report.sequence)"] }
        var violations: [String] = []
        if last.instance != report.instance { violations.append("identity") }
        if last.process == report.process {
            if last.sequence >= report.sequence { violations.append("sequence \(report.sequence)") }
        } else {
            // Only agents in a cluster have terms.
            if report.engine != .kubernetes { violations.append("process of an engine") }
            if reports.contains(where: { $0.process == report.process }) { violations.append("process of an earlier term") }
            if report.sequence != 1 || report.services == nil { violations.append("first report of a term") }
        }
        return violations
    }

    /// Stores a report of another agent without services.
    func storeOther() {
        state.withLock { state in
            if let process = state.process { state.replaced.insert(process) }
            (state.process, state.services, state.hash) = ("other", [], nil)
        }
    }

    /// Waits until the stored services fulfil a condition.
    /// - Returns: the time that it took.
    @discardableResult
    func wait(
        upTo limit: Duration = .seconds(20), _ what: Comment, where condition: ([AgentReportBody.Service]) -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Duration {
        let start = ContinuousClock.now
        while ContinuousClock.now < start + limit {
            if let services, condition(services) { return ContinuousClock.now - start }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("\(what): \(String(describing: services))", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    /// Waits until the server received more reports.
    func waitForReports(_ count: Int, upTo limit: Duration = .seconds(20)) async throws {
        let end = ContinuousClock.now + limit
        while reports.count < count {
            guard ContinuousClock.now < end else {
                Issue.record("\(reports.count) of \(count) reports")
                throw CancellationError()
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
