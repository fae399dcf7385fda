import Foundation
import Synchronization

/// Docker Engine with its own directories, and its command-line client.
package final class DockerEngine: Sendable {
    /// The address of its API.
    package let address: String
    private let environment: [String: String]
    private let folder: TemporaryDirectory
    private let process: Mutex<ChildProcess>

    /// Whether Docker Engine can run on this machine. It is tried once.
    package static var isPossible: Bool {
        get async { await trial.value }
    }

    private static let trial = Task {
        do { try await run { _ in } } catch { return false }
        return true
    }

    private init(in folder: TemporaryDirectory) throws {
        self.folder = folder
        address = "unix://\(folder.path(of: "sock"))"
        // With a login in its file, the client uses no credential helper that happens to be installed.
        try folder.write(#"{"auths":{"registry.invalid":{"auth":"YTpi"}}}"#, to: "client/config.json")
        environment = ["DOCKER_HOST": address, "DOCKER_CONFIG": folder.path(of: "client"), "HOME": folder.path]
        process = Mutex(try Self.start(in: folder, address))
    }

    private static func start(in folder: TemporaryDirectory, _ address: String) throws -> ChildProcess {
        try ChildProcess(
            "dockerd",
            [
                "--data-root", folder.path(of: "data"), "--exec-root", folder.path(of: "exec"), "--pidfile", folder.path(of: "pid"),
                "--host", address, "--iptables=false", "--bridge=none", "--ip-forward=false", "--storage-driver=vfs",
            ])
    }

    package static func run(_ body: (DockerEngine) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            let engine = try DockerEngine(in: folder)
            let result: Result<Void, any Error>
            do {
                try await engine.waitUntilItAnswers()
                result = .success(try await body(engine))
            } catch { result = .failure(error) }
            await engine.process.withLock { $0 }.stop()
            // The Engine leaves the network namespaces of containers mounted.
            for network in (try? FileManager.default.contentsOfDirectory(atPath: folder.path(of: "exec/netns"))) ?? [] {
                _ = try? await TestSupport.run("umount", [folder.path(of: "exec/netns/\(network)")])
            }
            try result.get()
        }
    }

    /// Stops the Engine, or kills it without notice, and starts it again with the same data after the body.
    package func restart(killing isKilled: Bool = false, meanwhile body: () async throws -> Void = {}) async throws {
        let old = process.withLock { $0 }
        if isKilled { await old.kill() } else { await old.stop() }
        try await body()
        let new = try Self.start(in: folder, address)
        process.withLock { $0 = new }
        try await waitUntilItAnswers()
    }

    package func run(_ arguments: [String], input: String = "") async throws -> Finished {
        try await TestSupport.run("docker", arguments, environment: environment, input: input, timeout: .seconds(60))
    }

    @discardableResult
    package func succeed(_ arguments: String..., input: String = "") async throws -> String {
        try await run(arguments, input: input).succeeded()
    }

    private func waitUntilItAnswers() async throws {
        let process = process.withLock { $0 }
        let end = ContinuousClock.now + .seconds(30)
        while process.isRunning, ContinuousClock.now < end {
            if try await run(["version"]).status == 0 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ProgramFailed(reason: "dockerd does not answer: \(process.stderr)")
    }
}
