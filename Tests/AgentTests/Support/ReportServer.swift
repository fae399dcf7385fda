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
                if let last = state.reports.last {
                    if last.sequence >= report.sequence { state.violations.append("sequence \(report.sequence)") }
                    if last.process != report.process || last.instance != report.instance { state.violations.append("identity") }
                }
                if let services = report.services, try Snapshot(services).hash != report.hash { state.violations.append("hash") }
                state.reports.append(report)
                if let failure = state.failure { return failure }
                if report.services == nil, state.hash != report.hash {
                    return .failure(409, "The report is not stored", code: ErrorBody.reportUnknown)
                }
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
