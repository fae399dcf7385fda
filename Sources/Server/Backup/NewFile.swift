import FoundationEssentials
import SystemPackage

/// A file that gets its name when it is complete. Until then it has a temporary name in the same folder.
struct NewFile: Sendable {
    let path: String
    let descriptor: FileDescriptor
    private let folder: FileDescriptor
    private let name: String
    private let draft: String

    /// Throws an error if a file of this name exists.
    init(_ path: String) throws(StartError) {
        guard !path.isEmpty, !path.hasSuffix("/") else { throw StartError(.usage, "'\(path)' names no file: add a file name") }
        do {
            (folder, name) = try GuardedFile.openFolder(of: path)
        } catch {
            throw Self.failure(path, error.description(of: path))
        }
        self.path = path
        draft = "\(name).\(UUID().uuidString.lowercased()).tmp"
        guard !folder.contains(name) else {
            try? folder.close()
            throw StartError(.usage, "the file '\(path)' exists: choose another name, or remove it")
        }
        do {
            descriptor = try GuardedFile.open(draft, in: folder, .writeOnly, [.create, .exclusiveCreate])
        } catch {
            try? folder.close()
            throw Self.failure(path, error.description(of: path))
        }
    }

    /// The path of another temporary file in the same folder.
    func neighbor(_ suffix: String) -> String {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        return "\(folder)\(draft).\(suffix)"
    }

    func write(_ bytes: some Collection<UInt8>) throws(StartError) {
        do {
            try descriptor.writeAll(bytes)
        } catch {
            throw Self.failure(path, error)
        }
    }

    /// The number of bytes written.
    func length() throws(StartError) -> Int {
        do {
            return Int(try descriptor.seek(offset: 0, from: .current))
        } catch {
            throw Self.failure(path, error)
        }
    }

    /// Makes the contents durable and gives the file its name.
    func publish() throws(StartError) {
        do {
            try descriptor.setPermissions(.ownerReadWrite)
            try descriptor.synchronize()
            try folder.renameUnlessPresent(draft, to: name)
            // A rename is durable only after its folder is synced.
            let open = try folder.open(".", .readOnly, .directory)
            try open.closeAfter { try open.synchronize() }
        } catch {
            guard (error as? Errno) == .fileExists else { throw Self.failure(path, error) }
            throw StartError(.usage, "the file '\(path)' exists now, and was not replaced: choose another name")
        }
    }

    /// Closes the file, and removes it unless it has its name.
    func close() {
        try? folder.remove(draft)
        try? descriptor.close()
        try? folder.close()
    }

    private static func failure(_ path: String, _ reason: Any) -> StartError {
        StartError(.inputOutput, "the file '\(path)' cannot be written: \(reason)")
    }
}
