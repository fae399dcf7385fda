import AsyncHTTPClient
import DockerCloud
import FakeCloud
import Naming
import TestSupport

@testable import Agent

/// Runs an agent in this process, against a server that checks its reports.
enum RunningAgent {
    /// A pace at which tests need not wait for minutes.
    static let pace = Pace(
        quiet: .milliseconds(20), longestQuiet: .milliseconds(80), look: .milliseconds(300), swarmLook: .milliseconds(100),
        freshness: .seconds(1), heartbeat: .milliseconds(300), everything: .seconds(60),
        engineBackoff: Backoff(first: .milliseconds(20), longest: .milliseconds(100)),
        serverBackoff: Backoff(first: .milliseconds(20), longest: .milliseconds(100)), refusal: .milliseconds(200),
        replaced: .milliseconds(400))

    static func run(
        _ source: AgentSettings.Source, pace: Pace = pace, log: CapturedLog = CapturedLog(),
        _ body: @escaping @Sendable (ReportServer, FakeCloud) async throws -> Void
    ) async throws {
        let server = ReportServer()
        try await FakeCloud.run({ server.reply(to: $0) }) { cloud in
            let settings = AgentSettings(
                host: try CloudHost(cloud.url), authorization: try .basic(user: "acme+agent", key: "lm_key"),
                name: try AgentName(parsing: "host1"), source: source)
            let service = AgentService(settings: settings, pace: pace, logger: log.logger())
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await service.run() }
                group.addTask { try await body(server, cloud) }
                try await group.next()
            }
        }
    }
}
