import Foundation

/// The server as a user runs it: the program, with a data directory of the test.
package final class LightermanProcess: Sendable {
    private let process: ChildProcess
    package let url: String
    package let folder: TemporaryDirectory

    /// Starts the server and waits until it accepts requests.
    /// - Parameters:
    ///   - folder: contains the data directory `data`, which may be that of an earlier server.
    ///   - ulimit: the arguments of the shell's `ulimit` for the server; nil for none.
    ///   - wrapper: a program that executes the server, with its arguments before the server's command.
    package init(
        in folder: TemporaryDirectory, _ arguments: [String] = [], listen: String = "127.0.0.1:0", environment: [String: String] = [:],
        ulimit: String? = nil, wrapper: [String] = []
    ) async throws {
        self.folder = folder
        let serve = [Binaries.lighterman, "serve", "--data", folder.path(of: "data"), "--listen", listen] + arguments
        let shell = ulimit.map { ["sh", "-c", "ulimit \($0); exec \"$@\"", "sh"] } ?? []
        let command = wrapper + shell + serve
        process = try ChildProcess(command[0], Array(command.dropFirst()), environment: environment)
        let end = ContinuousClock.now + .seconds(20)
        var line: Substring?
        while line == nil, process.isRunning, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(5))
            line = process.stdout.split(separator: "\n").first { $0.hasPrefix("listening on ") }
        }
        guard let line else {
            await process.stop()
            throw ProgramFailed(reason: "the server did not start: \(process.stderr)")
        }
        url = String(line.dropFirst("listening on ".count))
    }

    package var id: Int32 { process.id }
    package var stdout: String { process.stdout }
    package var log: String { process.stderr }

    /// Its resident memory in bytes (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).
    package func residentBytes() throws -> Int { try memory("VmRSS") }
    /// Its peak resident memory in bytes.
    package func peakResidentBytes() throws -> Int { try memory("VmHWM") }

    private func memory(_ field: String) throws -> Int {
        let lines = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8).split(separator: "\n")
        let value = lines.first { $0.hasPrefix("\(field):") }?.split { " \t".contains($0) }.dropFirst().first
        guard let kilobytes = value.flatMap({ Int($0) }) else { throw ProgramFailed(reason: "the system does not tell \(field)") }
        return kilobytes * 1024
    }

    /// The number of its open file descriptors.
    package func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count }

    /// The variables that the administrator's file sets.
    package func administratorEnvironment() throws -> [String: String] {
        let text = try String(contentsOfFile: folder.path(of: "data.env"), encoding: .utf8)
        let pairs = text.split(separator: "\n").map { $0.dropFirst("export ".count).split(separator: "=", maxSplits: 1) }
        return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1])) })
    }

    /// Requests the server to stop.
    /// - Returns: its exit status; nil if it had to be killed.
    package func stop(within limit: Duration = .seconds(20)) async throws -> Int32? {
        if process.isRunning { kill(id, SIGTERM) }
        let status = try await process.status(within: limit)
        await process.stop()
        return status
    }

    /// Kills it without notice, as a power failure would.
    package func killAtOnce() async throws {
        if process.isRunning { kill(id, SIGKILL) }
        _ = try await process.status(within: .seconds(10))
    }

    /// Runs a server around a body, and stops it.
    package static func with<Value>(
        in folder: TemporaryDirectory, _ arguments: [String] = [], environment: [String: String] = [:], ulimit: String? = nil,
        wrapper: [String] = [], _ body: (LightermanProcess) async throws -> Value
    ) async throws -> Value {
        let server = try await LightermanProcess(in: folder, arguments, environment: environment, ulimit: ulimit, wrapper: wrapper)
        do {
            let value = try await body(server)
            _ = try await server.stop()
            return value
        } catch {
            try await server.killAtOnce()
            throw error
        }
    }
}

/// The programs of this package, from the build of the tests.
package enum Binaries {
    package static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .path(percentEncoded: false)
    package static let lighterman = "\(folder)/lighterman"
    package static let dockerCloud = "\(folder)/docker-cloud"
    package static let agent = "\(folder)/lighterman-agent"

    /// The folder of the package itself.
    package static let package = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)
}
