import Foundation
import Synchronization
import TestSupport
import Testing

/// The server and the agent as users run them: an organization has a repository, and a robot with a key that only reports.
final class AgentScene: Sendable {
    private let folder: TemporaryDirectory
    private let server: Mutex<LightermanProcess>
    private let agent = Mutex<ChildProcess?>(nil)
    private let key = Mutex("")
    /// The server has the same address after a restart.
    private let address: String

    private init(in folder: TemporaryDirectory) async throws {
        self.folder = folder
        let server = try await LightermanProcess(in: folder)
        address = String(server.url.dropFirst("http://".count))
        self.server = Mutex(server)
    }

    static func run(_ body: (AgentScene) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            let scene = try await AgentScene(in: folder)
            let result: Result<Void, any Error>
            do {
                try await scene.prepare()
                result = .success(try await body(scene))
            } catch { result = .failure(error) }
            await scene.agent.withLock { $0 }?.stop()
            _ = try await scene.server.withLock { $0 }.stop()
            try result.get()
        }
    }

    private func prepare() async throws {
        try await cloud("organization", "create", "acme")
        try await cloud("repository", "register", "--public", "--no-verify", WaitingImage.repository)
        try await cloud("robot", "create", "acme+agents")
        let key = try await cloud("apikey", "create", "--for", "acme+agents", "--scope", "service:report")
        self.key.withLock { $0 = key }
    }

    /// Runs `docker-cloud` as the administrator, in the organization.
    @discardableResult
    func cloud(_ arguments: String...) async throws -> String {
        let environment = try server.withLock { $0 }.administratorEnvironment()
            .merging(["HOME": folder.path, "DOCKERCLOUD_NAMESPACE": "acme"]) { $1 }
        return try await TestSupport.run(Binaries.dockerCloud, arguments, environment: environment).succeeded()
            .trimmingCharacters(in: .newlines)
    }
}

// Starts and ends of the programs.
extension AgentScene {
    func startAgent(_ engine: some ContainerEngine) throws {
        let environment = [
            "DOCKERCLOUD_REST_HOST": "http://\(address)", "DOCKERCLOUD_USER": "acme+agents", "DOCKERCLOUD_APIKEY": key.withLock { $0 },
        ]
        let new = try ChildProcess(Binaries.agent, ["--engine", engine.address, "--name", "host1"], environment: environment)
        agent.withLock { $0 = new }
    }

    func killAgent() async { await agent.withLock { $0 }?.kill() }

    /// Kills the server, and starts it again with the same data after the body.
    func killServer(meanwhile body: () async throws -> Void) async throws {
        try await server.withLock { $0 }.killAtOnce()
        try await body()
        try await startServer()
    }

    /// Restarts the server as if it had run for this time.
    func restartServer(after time: Duration) async throws {
        _ = try await server.withLock { $0 }.stop()
        let change = "UPDATE retention SET ran = ran + \(time.components.seconds * 1000); SELECT changes();"
        let changes = try await TestSupport.run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), change]).succeeded()
        try #require(changes.contains("1"), "the server stores its running time")
        try await startServer()
    }

    private func startServer() async throws {
        let new = try await LightermanProcess(in: folder, listen: address)
        server.withLock { $0 = new }
    }
}

// MARK: Output for users
extension AgentScene {
    /// Whether the repository is in use, and by which services: their names, with their state and whether they are stale.
    struct Shown: Hashable {
        var isInUse: Bool
        var services: Set<String>
    }

    func shown() async throws -> Shown {
        let used = try await cloud("repository", "ls", "--in-use", "--quiet")
        let rows = try await cloud("repository", "used-by", WaitingImage.repository).split(separator: "\n").dropFirst()
        let services = rows.map { row in
            // SERVICE, AGENT, TAG, STATE, SINCE, STALE
            let cells = row.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            return "\(cells[0]): \(cells[3])\(cells.last == "yes" ? ", stale" : "")"
        }
        return Shown(isInUse: used == WaitingImage.repository, services: Set(services))
    }

    /// Waits until exactly these services use the repository, and checks that this takes no longer than the limit.
    func expect(
        _ services: Set<String>, within limit: Duration = .seconds(2), sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let start = ContinuousClock.now
        let expected = Shown(isInUse: !services.isEmpty, services: services)
        var shown = try await shown()
        while shown != expected, ContinuousClock.now < start + .seconds(20) { shown = try await self.shown() }
        let time = ContinuousClock.now - start
        #expect(shown == expected, sourceLocation: sourceLocation)
        #expect(time < limit, "\(expected)", sourceLocation: sourceLocation)
        if shown != expected { throw CancellationError() }
    }

    /// Checks for 2 seconds that exactly these services use the repository.
    func keeps(_ services: Set<String>, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let end = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < end {
            let shown = try await shown()
            #expect(shown == Shown(isInUse: !services.isEmpty, services: services), sourceLocation: sourceLocation)
        }
    }

    /// The state of the agent; nil before its first report.
    func agentState() async throws -> String? {
        try await cloud("agent", "ls").split(separator: "\n").dropFirst().first?.split(separator: " ").last.map(String.init)
    }

    func waitForFirstReport() async throws {
        let end = ContinuousClock.now + .seconds(20)
        while try await agentState() == nil, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        try #require(try await agentState() == "reporting")
        // The stream of events is open after the first look.
        try await Task.sleep(for: .seconds(1))
    }
}
