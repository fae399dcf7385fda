import AsyncHTTPClient
import DockerCloud
import FoundationEssentials
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// Watches the engine and reports its services until the process is stopped.
struct AgentService: ServiceLifecycle.Service {
    let settings: AgentSettings
    var pace = Pace()
    let logger: Logger

    func run() async throws {
        let client = try DockerCloudClient(
            host: settings.host, authorization: settings.authorization, userAgent: "lighterman-agent/\(Version.text)",
            timeout: .seconds(30))
        if !settings.host.isEncrypted, !settings.host.isLoopback {
            logger.warning("the key is sent unencrypted to \(settings.host); others on the network can read it")
        }
        let board = SnapshotBoard(freshness: pace.freshness)
        let reporter = Reporter(client: client, name: settings.name, board: board, pace: pace, logger: logger)
        // Nothing is saved at the end: the server has the last report, and marks it stale if no other follows.
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask { try await reporter.run() }
                    group.addTask { try await watch(board) }
                    try await group.next()
                }
            }
        } catch {
            // A cancelled request fails with an error of its own.
            guard error is CancellationError || Task.isCancelled || Task.isShuttingDownGracefully else { throw error }
        }
        logger.notice("stopped")
    }

    private func watch(_ board: SnapshotBoard) async throws {
        switch settings.source {
        case .engine(let address):
            try await Self.withHTTPClient(HTTPClient.Configuration()) { http in
                let client = EngineClient(address: address, http: http)
                try await EngineWatcher(
                    client: client, machine: MachineIdentity(), board: board, pace: pace, logger: logger, process: UUID()
                ).run()
            }
        case .kubernetes(let access):
            var configuration = HTTPClient.Configuration()
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.minimumTLSVersion = .tlsv12
            tls.trustRoots = .file(access.authorityFile)
            configuration.tlsConfiguration = tls
            // A watch has a bookmark about every minute.
            configuration.timeout.read = .seconds(90)
            let identity = "\(AgentSettings.hostName() ?? "agent")_\(UUID().uuidString.lowercased())"
            try await Self.withHTTPClient(configuration) { http in
                let client = ClusterClient(access: access, http: http)
                try await ClusterWatcher(client: client, board: board, pace: pace, logger: logger, identity: identity).run()
            }
        }
    }

    /// A client without a proxy and redirects, which ends with the body.
    private static func withHTTPClient(_ configuration: HTTPClient.Configuration, _ body: (HTTPClient) async throws -> Void) async throws {
        var configuration = configuration
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
        let result: Result<Void, any Error>
        do { result = .success(try await body(http)) } catch { result = .failure(error) }
        try await http.shutdown()
        try result.get()
    }
}
