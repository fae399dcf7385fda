import Glibc

/// A file that only its owner may read and that grows by whole texts. It is opened for each, and so follows whoever moves it away.
struct AppendedFile: Sendable {
    let path: String

    /// Throws where the file cannot be written, before anything depends on it.
    init(_ path: String) throws(StartError) {
        self.path = path
        try append("")
    }

    /// Appends a text, or nothing of it.
    func append(_ text: String) throws(StartError) {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        let end = lseek(file, 0, SEEK_END)
        let bytes = Array(text.utf8)
        guard end >= 0, write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            let failure = failure()
            ftruncate(file, end)
            throw failure
        }
    }

    private func failure() -> StartError {
        StartError(.inputOutput, "the file '\(path)' cannot be written: \(String(cString: strerror(errno)))")
    }
}
