import Domain
import FoundationEssentials
import Naming
import SystemPackage

/// Replaces small files atomically. Only their owner may read them. After a crash, the file has either the old or the new content.
enum DurableFile {
    static func write(_ text: String, to path: String) throws(StartError) {
        do {
            let (folder, name) = try GuardedFile.openFolder(of: path)
            defer { try? folder.close() }
            try replace(name, in: folder, with: Array(text.utf8))
        } catch {
            throw StartError(.inputOutput, "the file '\(path)' cannot be written: \(error.description(of: path))")
        }
    }

    /// The temporary file is created with a random name and `O_EXCL`, so that no other user can create it, or a link, in advance.
    private static func replace(_ name: String, in folder: FileDescriptor, with bytes: [UInt8]) throws(GuardedFile.OpeningError) {
        let draft = "\(name).\(UUID().uuidString.lowercased()).tmp"
        let file = try GuardedFile.open(draft, in: folder, .writeOnly, [.create, .exclusiveCreate])
        do {
            try file.closeAfter {
                try file.writeAll(bytes)
                try file.setPermissions(.ownerReadWrite)
                try file.synchronize()
            }
            try folder.rename(draft, to: name)
        } catch {
            try? folder.remove(draft)
            throw .system(error as? Errno ?? .ioError)
        }
        try synchronize(folder)
    }

    /// A rename is durable only after its folder is synced.
    private static func synchronize(_ folder: FileDescriptor) throws(GuardedFile.OpeningError) {
        let open = try GuardedFile.open(".", in: folder, .readOnly, .directory)
        defer { try? open.close() }
        do {
            try open.synchronize()
        } catch {
            throw .system(error)
        }
    }
}

/// `DATA.env`: environment variables for shells. With them, new and old clients find the server and its API key.
struct AdministratorFile: Sendable {
    let path: String

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    func write(host: String, administrator: NamespaceName, key: APIKeySecret) throws(StartError) {
        try DurableFile.write(
            """
            export DOCKERCLOUD_REST_HOST=\(host)
            export DOCKERCLOUD_USER=\(administrator)
            export DOCKERCLOUD_APIKEY=\(key.revealed())

            """, to: path)
    }

    /// Replaces the host; all other lines are preserved.
    func refresh(host: String) throws(StartError) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("export DOCKERCLOUD_REST_HOST=") ? "export DOCKERCLOUD_REST_HOST=\(host)" : String(line)
        }
        try DurableFile.write(lines.joined(separator: "\n"), to: path)
    }
}
