import Foundation
import TestSupport

/// Docker Engine with its own directories, and its command-line client.
struct DockerEngine: Sendable {
    private let environment: [String: String]
    private let folder: TemporaryDirectory

    /// Whether Docker Engine can run on this machine. It is tried once.
    static var isPossible: Bool {
        get async { await trial.value }
    }

    private static let trial = Task {
        do { try await run { _ in } } catch { return false }
        return true
    }

    static func run(_ body: (DockerEngine) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            let socket = "unix://\(folder.path(of: "sock"))"
            let process = try ChildProcess(
                "dockerd",
                [
                    "--data-root", folder.path(of: "data"), "--exec-root", folder.path(of: "exec"), "--pidfile", folder.path(of: "pid"),
                    "--host", socket, "--iptables=false", "--bridge=none", "--ip-forward=false", "--storage-driver=vfs",
                ])
            // With a login in its file, the client uses no credential helper that happens to be installed.
            try folder.write(#"{"auths":{"registry.invalid":{"auth":"YTpi"}}}"#, to: "client/config.json")
            let environment = ["DOCKER_HOST": socket, "DOCKER_CONFIG": folder.path(of: "client"), "HOME": folder.path]
            let engine = DockerEngine(environment: environment, folder: folder)
            let result: Result<Void, any Error>
            do {
                try await engine.waitUntilItAnswers(process)
                result = .success(try await body(engine))
            } catch { result = .failure(error) }
            await process.stop()
            // The Engine leaves the network namespaces of containers mounted.
            for network in (try? FileManager.default.contentsOfDirectory(atPath: folder.path(of: "exec/netns"))) ?? [] {
                _ = try? await TestSupport.run("umount", [folder.path(of: "exec/netns/\(network)")])
            }
            try result.get()
        }
    }

    func run(_ arguments: [String], input: String = "") async throws -> Finished {
        try await TestSupport.run("docker", arguments, environment: environment, input: input, timeout: .seconds(60))
    }

    @discardableResult
    func succeed(_ arguments: String..., input: String = "") async throws -> String {
        try await run(arguments, input: input).succeeded()
    }

    private func waitUntilItAnswers(_ process: ChildProcess) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while process.isRunning, ContinuousClock.now < end {
            if try await run(["version"]).status == 0 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ProgramFailed(reason: "dockerd does not answer: \(process.stderr)")
    }
}
