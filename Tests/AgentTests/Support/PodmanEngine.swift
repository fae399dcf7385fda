import Foundation
import Synchronization
import TestSupport

/// podman with its own configuration and storage, and its service with Docker's API.
final class PodmanEngine: Sendable {
    /// The address of its API.
    let address: String
    private let environment: [String: String]
    private let service: Mutex<ChildProcess>

    static var isPossible: Bool { geteuid() == 0 && ProgramPath.find("podman") != nil && ProgramPath.find("runc") != nil }

    private init(in folder: TemporaryDirectory) throws {
        environment = try PodmanConfiguration.write(in: folder, runRoot: folder.path(of: "run"))
        address = "unix://\(folder.path(of: "sock"))"
        service = Mutex(try Self.start(address, environment))
    }

    private static func start(_ address: String, _ environment: [String: String]) throws -> ChildProcess {
        try ChildProcess("podman", ["system", "service", "--time", "0", address], environment: environment)
    }

    static func run(_ body: (PodmanEngine) async throws -> Void) async throws {
        // podman waits for 20 seconds for the end of a container if its path is longer than 50 characters.
        let folder = try TemporaryDirectory.short()
        defer { withExtendedLifetime(folder) {} }
        let podman = try PodmanEngine(in: folder)
        let result: Result<Void, any Error>
        do { result = .success(try await body(podman)) } catch { result = .failure(error) }
        _ = try await podman.run(["rm", "--force", "--all", "--time", "0"])
        await podman.service.withLock { $0 }.stop()
        try result.get()
    }

    /// Stops the service, or kills it without notice, and starts it again after the body.
    func restart(killing isKilled: Bool = false, meanwhile body: () async throws -> Void) async throws {
        let old = service.withLock { $0 }
        if isKilled { await old.kill() } else { await old.stop() }
        try await body()
        let new = try Self.start(address, environment)
        service.withLock { $0 = new }
        try await waitUntilItAnswers(new)
    }

    private func waitUntilItAnswers(_ service: ChildProcess) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while service.isRunning, ContinuousClock.now < end {
            if try await run(["--remote", "--url", address, "version"]).status == 0 { return }
        }
        throw ProgramFailed(reason: "podman does not answer: \(service.stderr)")
    }

    func run(_ arguments: [String]) async throws -> Finished {
        try await TestSupport.run("podman", arguments, environment: environment, timeout: .seconds(60))
    }

    @discardableResult
    func succeed(_ arguments: String...) async throws -> String { try await run(arguments).succeeded() }
}
