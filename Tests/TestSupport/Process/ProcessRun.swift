/// What a program did.
package struct Finished: Sendable {
    package let status: Int32
    package let stdout: String
    package let stderr: String

    /// - Returns: what it wrote to its standard output; throws where it failed, with what it wrote to its standard error.
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

/// Runs a program to its end, and not longer than the time-out.
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
