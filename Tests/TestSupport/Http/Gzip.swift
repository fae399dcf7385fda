import Foundation

/// Compresses as `gzip` does.
package enum Gzip {
    package static var isPossible: Bool { ProgramPath.find("gzip") != nil }

    package static func compress(_ bytes: [UInt8]) async throws -> [UInt8] {
        try await TemporaryDirectory.with { folder in
            let path = try folder.write(bytes, to: "bytes")
            _ = try await run("gzip", ["-9", path]).succeeded()
            return Array(try Data(contentsOf: URL(filePath: "\(path).gz")))
        }
    }

    /// Compressed spaces, which inflate to about a thousand times the size.
    package static func bomb(inflatingTo size: Int) async throws -> [UInt8] {
        try await compress([UInt8](repeating: UInt8(ascii: " "), count: size))
    }
}
