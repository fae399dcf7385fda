import Foundation

/// A program that runs during a test. Its output goes to files, so that it never waits for a reader.
package final class ChildProcess: Sendable {
    private let process: Process
    private let folder: TemporaryDirectory

    /// Starts a program with exactly these arguments and environment variables, without a shell.
    /// - Parameter environment: the whole environment, except for a `PATH` that is added if missing. Variables of the machine have no
    ///   effect.
    package init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String = ""
    ) throws {
        guard let path = ProgramPath.find(program) else { throw ProgramMissing(program: program) }
        folder = try TemporaryDirectory()
        process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": ProgramPath.variable]) { given, _ in given }
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.write(input, to: "stdin")))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder.write("", to: "stdout")))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: folder.write("", to: "stderr")))
        try process.run()
    }

    package var id: Int32 { process.processIdentifier }
    package var isRunning: Bool { process.isRunning }
    package var stdout: String { written(to: "stdout") }
    package var stderr: String { written(to: "stderr") }

    /// Waits for the program to exit.
    /// - Returns: its exit status; nil if it still runs after the limit.
    package func status(within limit: Duration) async throws -> Int32? {
        let end = ContinuousClock.now + limit
        while process.isRunning {
            guard ContinuousClock.now < end else { return nil }
            try await Task.sleep(for: .milliseconds(5))
        }
        return process.terminationStatus
    }

    /// Terminates the program, and kills it if it does not exit within 5 seconds, even if the task is cancelled.
    package func stop() async {
        kill(id, ifRunning: SIGTERM)
        let end = ContinuousClock.now + .seconds(5)
        while process.isRunning, ContinuousClock.now < end {
            // A cancelled task cannot sleep, but can still wait.
            do { try await Task.sleep(for: .milliseconds(5)) } catch { await Task.yield() }
        }
        kill(id, ifRunning: SIGKILL)
    }

    /// The system may reuse a process id after its process has exited.
    private func kill(_ id: Int32, ifRunning signal: Int32) {
        if process.isRunning { Foundation.kill(id, signal) }
    }

    private func written(to name: String) -> String {
        let bytes = FileManager.default.contents(atPath: folder.path(of: name)) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A program is not installed on this machine.
package struct ProgramMissing: Error, CustomStringConvertible {
    package let program: String

    package var description: String { "\(program) is not installed" }
}

package enum ProgramPath {
    /// The search path for programs. Not every user's `PATH` contains the folders of system programs.
    static let variable = [ProcessInfo.processInfo.environment["PATH"], "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"]
        .compactMap(\.self).joined(separator: ":")

    /// - Parameter program: a name, or an absolute path.
    package static func find(_ program: String) -> String? {
        let candidates = program.hasPrefix("/") ? [program] : variable.split(separator: ":").map { "\($0)/\(program)" }
        return candidates.first(where: FileManager.default.isExecutableFile(atPath:))
    }
}

/// The result of a program.
package struct Finished: Sendable {
    package let status: Int32
    package let stdout: String
    package let stderr: String

    /// - Returns: the standard output; throws an error with the standard error if the program failed.
    package func succeeded() throws -> String {
        guard status == 0 else { throw ProgramFailed(reason: "status \(status): \(stderr)") }
        return stdout
    }
}

package struct ProgramFailed: Error, CustomStringConvertible {
    package let reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package var description: String { reason }
}

/// Runs a program until it exits, at most for the timeout.
package func run(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String = "",
    timeout: Duration = .seconds(30)
) async throws -> Finished {
    let process = try ChildProcess(program, arguments, environment: environment, input: input)
    do {
        guard let status = try await process.status(within: timeout) else {
            throw ProgramFailed(reason: "\(program) did not end within \(timeout)")
        }
        return Finished(status: status, stdout: process.stdout, stderr: process.stderr)
    } catch {
        await process.stop()
        throw error
    }
}
