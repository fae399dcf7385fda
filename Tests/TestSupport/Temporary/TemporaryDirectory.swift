import Foundation

/// A folder of its own, removed with everything in it when nobody holds it any more.
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

    /// One with a short path, for programs that make sockets far below it.
    package static func short() throws -> TemporaryDirectory {
        try TemporaryDirectory(at: "/tmp/lighterman-\(UUID().uuidString.lowercased().prefix(8))")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Holds a new folder for as long as the body takes.
    package static func with<Value>(_ body: (TemporaryDirectory) async throws -> Value) async throws -> Value {
        let folder = try TemporaryDirectory()
        // A folder whose path alone is used could otherwise be removed under the program that works in it.
        defer { withExtendedLifetime(folder) {} }
        return try await body(folder)
    }

    /// The path of something in the folder, whether it exists or not.
    package func path(of name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file, and the folders that it stands in.
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
