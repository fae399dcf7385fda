package import ArgumentParser
import Storage

/// Why the server does not start: one line for a person, one number for a script (the values of BSD's `sysexits.h`).
package struct StartError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Int32, Hashable, Sendable {
        case usage = 64
        /// The port is taken, or another process uses the data.
        case unavailable = 69
        /// The data cannot be written.
        case inputOutput = 74
        /// The configuration or the key is not right.
        case configuration = 78
    }

    package let kind: Kind
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    package var exitCode: ExitCode { ExitCode(kind.rawValue) }

    /// Does something, and says on stderr why it could not be done, before the process ends with the number for that.
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
