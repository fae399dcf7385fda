import Glibc

/// A file that grows by whole lines and that only its owner may write. It is opened for each append, so that it can be rotated at any
/// time.
struct AppendedFile: Sendable {
    let path: String
    /// The name of the file in sentences.
    private let name: String

    /// Throws at once if the file cannot be written.
    init(_ path: String, named name: String = "the audit log") throws(StartError) {
        self.path = path
        self.name = name
        try append("")
    }

    /// Appends all lines or none. If a crash left a partial last line, the new text starts on a line of its own.
    func append(_ lines: String) throws(StartError) {
        let file = try open(O_WRONLY | O_APPEND | O_CREAT)
        defer { close(file) }
        let end = lseek(file, 0, SEEK_END)
        let isCut = !lines.isEmpty && tail(1).last.map { $0 != UInt8(ascii: "\n") } ?? false
        let bytes = Array((isCut ? "\n" + lines : lines).utf8)
        guard end >= 0, Self.writeAll(bytes, to: file), fsync(file) == 0 else {
            let failure = failure()
            ftruncate(file, end)
            throw failure
        }
    }

    /// Opens the file only if it is safe: not through a link of another user, and not writable by others.
    private func open(_ flags: Int32) throws(StartError) -> Int32 {
        let file: Int32
        do {
            file = try GuardedFile.open(path, flags | O_NONBLOCK)
        } catch {
            throw StartError(.inputOutput, "\(name) '\(path)' cannot be written: \(error.description(of: path))")
        }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            close(file)
            throw failure()
        }
        guard let objection = FileRule(user: .current).objection(toAppendedFile: path, named: name, FileAccess(status)) else { return file }
        close(file)
        throw StartError(.inputOutput, objection)
    }

    /// On a full disk, `write` returns a short count first and fails with the reason only at the next call.
    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// The last complete line without its line break. Returns nil if there is none, or if it is longer than any line that the server
    /// writes.
    func lastLine() -> String? {
        let tail = tail(Self.longestLine)
        guard let end = tail.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
        let start = tail[..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
        guard let start = start ?? (tail.count < Self.longestLine ? 0 : nil) else { return nil }
        return String(decoding: tail[start..<end], as: UTF8.self)
    }

    private static let longestLine = 256 << 10

    /// The whole file.
    func contents() throws(StartError) -> String {
        let file = try open(O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: max(0, Int(lseek(file, 0, SEEK_END))))
        var count = 0
        while count < bytes.count {
            let read = bytes[count...].withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, off_t(count)) }
            guard read > 0 else { throw StartError(.inputOutput, "\(name) '\(path)' cannot be read: \(String(cString: strerror(errno)))") }
            count += read
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The last bytes of the file; empty if it cannot be read.
    private func tail(_ count: Int) -> [UInt8] {
        guard let file = try? open(O_RDONLY) else { return [] }
        defer { close(file) }
        let start = max(0, lseek(file, 0, SEEK_END) - count)
        var bytes = [UInt8](repeating: 0, count: count)
        let read = pread(file, &bytes, count, start)
        return Array(bytes.prefix(max(0, read)))
    }

    private func failure() -> StartError {
        StartError(.inputOutput, "\(name) '\(path)' cannot be written: \(String(cString: strerror(errno)))")
    }
}
