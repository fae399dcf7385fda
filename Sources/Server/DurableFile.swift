import FoundationEssentials
import Glibc

/// Writes small files that only their owner may read, so that after a crash there is the old content or the new one.
enum DurableFile {
    static func write(_ text: String, to path: String) throws(StartError) {
        do {
            let (folder, name) = try GuardedFile.openFolder(of: path)
            defer { close(folder) }
            try replace(name, in: folder, with: Array(text.utf8))
        } catch {
            throw StartError(.inputOutput, "the file '\(path)' cannot be written: \(error.description(of: path))")
        }
    }

    /// The draft has a name that nobody can guess, and is new: no other user can have created it, or a link in its place.
    private static func replace(_ name: String, in folder: Int32, with bytes: [UInt8]) throws(GuardedFile.OpeningError) {
        let draft = "\(name).\(UUID().uuidString.lowercased()).tmp"
        let file = try GuardedFile.open(draft, in: folder, O_WRONLY | O_CREAT | O_EXCL)
        let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fchmod(file, 0o600) == 0 && fsync(file) == 0
        guard close(file) == 0, isWritten, renameat(folder, draft, folder, name) == 0 else {
            let code = errno
            unlinkat(folder, draft, 0)
            throw .system(code: code)
        }
        try sync(folder)
    }

    /// A renamed file is durable once its folder is.
    private static func sync(_ folder: Int32) throws(GuardedFile.OpeningError) {
        let open = try GuardedFile.open(".", in: folder, O_RDONLY | O_DIRECTORY)
        defer { close(open) }
        guard fsync(open) == 0 else { throw .system(code: errno) }
    }
}
