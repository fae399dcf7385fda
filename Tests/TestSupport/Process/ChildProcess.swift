import Foundation

/// A program that runs beside the tests. What it writes goes to files, so that nobody has to read along for it to go on.
package final class ChildProcess: Sendable {
    private let process: Process
    private let folder: TemporaryDirectory

    /// Starts a program with exactly these arguments and these variables; no shell reads them.
    /// - Parameter environment: the whole environment, but for a `PATH` that is added where none is given: what is preset on
    ///   the machine changes nothing.
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

    /// Waits for the program to end by itself.
    /// - Returns: its status; nil where it still runs when the time is over.
    package func status(within limit: Duration) async throws -> Int32? {
        let end = ContinuousClock.now + limit
        while process.isRunning {
            guard ContinuousClock.now < end else { return nil }
            try await Task.sleep(for: .milliseconds(5))
        }
        return process.terminationStatus
    }

    /// Asks the program to end, and ends it where it does not within 5 seconds. Also does so when the task is cancelled.
    package func stop() async {
        kill(id, ifRunning: SIGTERM)
        let end = ContinuousClock.now + .seconds(5)
        while process.isRunning, ContinuousClock.now < end {
            // A cancelled task cannot sleep; it can still wait.
            do { try await Task.sleep(for: .milliseconds(5)) } catch { await Task.yield() }
        }
        kill(id, ifRunning: SIGKILL)
    }

    /// A process id is somebody else's once its process has ended.
    private func kill(_ id: Int32, ifRunning signal: Int32) {
        if process.isRunning { Foundation.kill(id, signal) }
    }

    private func written(to name: String) -> String {
        let bytes = FileManager.default.contents(atPath: folder.path(of: name)) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A program that is not on this machine.
package struct ProgramMissing: Error, CustomStringConvertible {
    package let program: String

    package var description: String { "\(program) is not installed" }
}

package enum ProgramPath {
    /// Where programs are looked for. The folders of system programs are not in every user's `PATH`.
    static let variable = [ProcessInfo.processInfo.environment["PATH"], "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"]
        .compactMap(\.self).joined(separator: ":")

    /// - Parameter program: a name, or an absolute path.
    package static func find(_ program: String) -> String? {
        let candidates = program.hasPrefix("/") ? [program] : variable.split(separator: ":").map { "\($0)/\(program)" }
        return candidates.first(where: FileManager.default.isExecutableFile(atPath:))
    }
}
