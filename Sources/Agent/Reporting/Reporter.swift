import DockerCloud
import FoundationEssentials
import Logging
import Naming
import Wire

/// Sends the looks at the engine to the server.
struct Reporter: Sendable {
    let client: DockerCloudClient
    let name: AgentName
    let board: SnapshotBoard
    let pace: Pace
    let logger: Logger

    private static let longestWait = Duration.seconds(3600)

    /// Reports until the task is cancelled.
    func run() async throws {
        var schedule = ReportSchedule(pace: pace)
        var notices = Notices(logger)
        var process: UUID?
        var sequence = 0
        while true {
            try Task.checkCancellation()
            let now = ContinuousClock.now
            let look = board.current(at: now)
            if let look, look.origin.process != process {
                (process, sequence) = (look.origin.process, 0)
                schedule.startProcess()
            }
            let step = schedule.step(for: look?.snapshot.hash, at: now)
            if case .send(let withServices) = step, let look {
                sequence += 1
                let body = report(look, sequence, withServices: withServices)
                try await send(body, &schedule, &notices)
            } else if case .wait(let until) = step {
                _ = try await board.changed.wait(upTo: until.map { $0 - now } ?? Self.longestWait)
            }
        }
    }

    private func send(_ body: AgentReportBody, _ schedule: inout ReportSchedule, _ notices: inout Notices) async throws {
        let withServices = body.services != nil
        let start = ContinuousClock.now
        do {
            let receipt = try await client.agentReports.put(body, as: name)
            let end = ContinuousClock.now
            schedule.succeeded(body.hash, withServices: withServices, at: end, after: end - start)
            notices.recovered("the server stores the reports", ["agent": "\(name)", "services": "\(receipt.services)"])
        } catch {
            try Task.checkCancellation()
            let failure = ReportSchedule.Failure(error)
            schedule.failed(failure, withServices: withServices, at: .now)
            if failure != .unknown || withServices { notices.failed(error.sentence(for: name)) }
        }
    }

    private func report(_ look: SnapshotBoard.Entry, _ sequence: Int, withServices: Bool) -> AgentReportBody {
        AgentReportBody(
            instance: look.origin.instance, process: look.origin.process.uuidString.lowercased(), sequence: sequence,
            engine: look.origin.engine, hash: look.snapshot.hash, services: withServices ? look.snapshot.services : nil)
    }
}

extension ReportSchedule.Failure {
    init(_ error: DockerCloudError) {
        self =
            switch error.code {
            case .reportUnknown: .unknown
            case .reportOutdated: .replaced
            case .agentNameTaken, .unauthenticated, .forbidden, .notFound, .invalidRequest, .redirected: .refused
            default: .unavailable(retryAfter: error.retryAfter)
            }
    }
}

extension DockerCloudError {
    /// The error with the advice for an agent.
    fileprivate func sentence(for name: AgentName) -> String {
        switch code {
        case .reportOutdated:
            "Another lighterman-agent reports for this engine or cluster. Stop one of them. This one tries again every 5 minutes; the "
                + "server accepts it 15 minutes after the last report of the other one."
        case .agentNameTaken:
            "The name '\(name)' belongs to another agent. Choose another one with --name, or remove that agent: docker-cloud agent rm \(name)"
        case .notFound: "The server has no agents: \(description). Check DOCKERCLOUD_REST_HOST and the version of the server."
        default: description
        }
    }
}
