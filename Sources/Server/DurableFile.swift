import FoundationEssentials
import Glibc

/// Writes small files that only their owner may read, so that after a crash there is the old content or the new one.
enum DurableFile {
    static func write(_ text: String, to path: String) throws(StartError) {
        let temporary = "\(path).\(getpid()).tmp"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        let bytes = Array(text.utf8)
        let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fchmod(file, 0o600) == 0 && fsync(file) == 0
        guard close(file) == 0, isWritten, rename(temporary, path) == 0 else {
            let failure = failure(path)
            unlink(temporary)
            throw failure
        }
        try syncFolder(of: path)
    }

    /// A renamed file is durable once its folder is.
    private static func syncFolder(of path: String) throws(StartError) {
        let end = path.lastIndex(of: "/")
        let folder = open(end.map { String(path[...$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> StartError {
        StartError(.inputOutput, "the file '\(path)' cannot be written: \(String(cString: strerror(errno)))")
    }
}
