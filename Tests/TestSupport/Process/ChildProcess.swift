import Foundation
import Glibc
import Synchronization

/// A program that runs during a test. Its output goes to files, so that it never waits for a reader.
///
/// Foundation's `Process` is not used: its `run()` of Swift 6.3 reads behind the entries of a folder and can crash the test process
/// (https://github.com/swiftlang/swift-corelibs-foundation/pull/5472).
package final class ChildProcess: Sendable {
    package let id: Int32
    private let folder: TemporaryDirectory
    /// The exit status, or the number of the signal that ended the program; nil while it runs.
    private let exit = Mutex<Int32?>(nil)

    /// Starts a program with exactly these arguments and environment variables, without a shell.
    /// - Parameter environment: the whole environment, except for a `PATH` that is added if missing. Variables of the machine have no
    ///   effect.
    package init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String = ""
    ) throws {
        guard let path = ProgramPath.find(program) else { throw ProgramMissing(program: program) }
        folder = try TemporaryDirectory()
        let variables = environment.merging(["PATH": ProgramPath.variable]) { given, _ in given }.map { "\($0.key)=\($0.value)" }
        id = try Self.spawn(
            path, [path] + arguments, variables, input: try folder.write(input, to: "stdin"), output: try folder.write("", to: "stdout"),
            errors: try folder.write("", to: "stderr"))
    }

    /// Starts a program in a process group of its own. It inherits no other open files.
    private static func spawn(
        _ path: String, _ arguments: [String], _ variables: [String], input: String, output: String, errors: String
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY, 0)
        try closeFiles(from: 3, with: &actions)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let texts = [arguments, variables].map { $0.map { strdup($0) } + [nil] }
        defer { texts.joined().forEach { free($0) } }
        var id: pid_t = 0
        let error = posix_spawn(&id, path, &actions, &attributes, texts[0], texts[1])
        guard error == 0 else { throw ProgramFailed(reason: "\(path) cannot be started: \(String(cString: strerror(error)))") }
        return id
    }

    /// `posix_spawn_file_actions_addclosefrom_np` of glibc 2.34, which Swift's Glibc module lacks.
    private static func closeFiles(from first: Int32, with actions: UnsafeMutablePointer<posix_spawn_file_actions_t>) throws {
        typealias Function = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np"),
            unsafeBitCast(symbol, to: Function.self)(actions, first) == 0
        else { throw ProgramFailed(reason: "glibc 2.34 or newer is needed to start programs") }
    }

    package var isRunning: Bool { exitStatus() == nil }

    /// - Returns: nil while the program runs.
    private func exitStatus() -> Int32? {
        exit.withLock { exit in
            var status: Int32 = 0
            if exit == nil, waitpid(id, &status, WNOHANG) == id { exit = status & 0x7F == 0 ? status >> 8 & 0xFF : status & 0x7F }
            return exit
        }
    }

    package var stdout: String { written(to: "stdout") }
    package var stderr: String { written(to: "stderr") }

    /// Waits for the program to exit.
    /// - Returns: its exit status; nil if it still runs after the limit.
    package func status(within limit: Duration) async throws -> Int32? {
        let end = ContinuousClock.now + limit
        while true {
            if let status = exitStatus() { return status }
            guard ContinuousClock.now < end else { return nil }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Terminates the program, and kills it if it does not exit within 5 seconds, even if the task is cancelled.
    package func stop() async {
        send(SIGTERM)
        let end = ContinuousClock.now + .seconds(5)
        while isRunning, ContinuousClock.now < end {
            // A cancelled task cannot sleep, but can still wait.
            do { try await Task.sleep(for: .milliseconds(5)) } catch { await Task.yield() }
        }
        send(SIGKILL)
        while isRunning { await Task.yield() }
    }

    /// Kills the program without notice.
    package func kill() async {
        send(SIGKILL)
        while isRunning { await Task.yield() }
    }

    /// Sends a signal, unless the program has ended: the system may reuse its id then.
    private func send(_ signal: Int32) { exit.withLock { if $0 == nil { _ = Glibc.kill(id, signal) } } }

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
