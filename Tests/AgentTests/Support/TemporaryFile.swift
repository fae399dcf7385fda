import Foundation

/// A file that is removed with the last reference.
final class TemporaryFile: Sendable {
    let path = "/tmp/lighterman-agent-\(UUID().uuidString.lowercased().prefix(8))"

    /// - Parameter text: nil for a file that does not exist.
    init(_ text: String?) throws {
        if let text { try Data(text.utf8).write(to: URL(filePath: path)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
