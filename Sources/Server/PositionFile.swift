import FoundationEssentials
import Glibc

/// A small file that is overwritten in its place, which takes no space: it can be written while the disk is full.
struct PositionFile: Sendable {
    let path: String

    func read() -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }

    /// Makes the file as long as what is going to be written to it.
    func reserve(_ text: String) throws(StartError) {
        guard read()?.utf8.count != text.utf8.count else { return }
        try DurableFile.write(text, to: path)
    }

    func overwrite(with text: String) throws(StartError) {
        let file = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard pwrite(file, bytes, bytes.count, 0) == bytes.count, ftruncate(file, bytes.count) == 0, fsync(file) == 0 else {
            throw failure()
        }
    }

    private func failure() -> StartError {
        StartError(.inputOutput, "the file '\(path)' cannot be written: \(String(cString: strerror(errno)))")
    }
}
