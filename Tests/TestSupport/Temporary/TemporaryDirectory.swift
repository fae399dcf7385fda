import Foundation

/// A temporary folder, removed with its content at the last reference.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package convenience init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lighterman-\(UUID().uuidString.lowercased())")
        try self.init(at: folder.path(percentEncoded: false))
    }

    private init(at path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.path = path
    }

    /// A folder with a short path, for programs that create sockets in deep subfolders.
    package static func short() throws -> TemporaryDirectory {
        try TemporaryDirectory(at: "/tmp/lighterman-\(UUID().uuidString.lowercased().prefix(8))")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Provides a new folder while the body runs.
    package static func with<Value>(_ body: (TemporaryDirectory) async throws -> Value) async throws -> Value {
        let folder = try TemporaryDirectory()
        // Otherwise the folder could be removed while a program still uses its path.
        defer { withExtendedLifetime(folder) {} }
        return try await body(folder)
    }

    /// The path of a file in the folder, which need not exist.
    package func path(of name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file and creates its parent folders.
    /// - Returns: its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = URL(filePath: path(of: name))
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return path(of: name)
    }
}
