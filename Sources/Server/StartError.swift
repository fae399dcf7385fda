package import ArgumentParser
import Storage

/// The reason why the server does not start: a line for people, and an exit code for scripts (from BSD's `sysexits.h`).
package struct StartError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Int32, Hashable, Sendable {
        case usage = 64
        /// A backup is incomplete or damaged.
        case invalidInput = 65
        /// The port is taken, or another process uses the data.
        case unavailable = 69
        /// The data cannot be written.
        case inputOutput = 74
        /// A signal interrupted the command, which can be run again.
        case interrupted = 75
        /// The configuration or the key is invalid.
        case configuration = 78
    }

    package let kind: Kind
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    package var exitCode: ExitCode { ExitCode(kind.rawValue) }

    /// Runs a command. On failure, prints the reason to stderr and exits with the code for it.
    static func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as StartError {
            StandardStream.error.write("lighterman: \(error)\n")
            throw error.exitCode
        } catch StoreError.unverified(let row) {
            StandardStream.error.write("lighterman: the stored row '\(row)' was changed outside the server: see 'lighterman doctor'\n")
            throw ExitCode(Kind.configuration.rawValue)
        }
    }
}
