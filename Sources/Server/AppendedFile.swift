import Glibc

/// A file that grows by whole lines and that only its owner may write. It is opened for each append, so that it can be rotated at any
/// time.
struct AppendedFile: Sendable {
    let path: String
    /// The name of the file in sentences.
    private let name: String

    /// The outcome of ``append(_:)``.
    struct Appended: Sendable {
        /// The number of lines that are in the file now.
        var count: Int
        /// Whether these lines survive a power failure.
        var isDurable: Bool
        /// The reason why the other lines are missing, or why the lines are not durable.
        var failure: StartError?
    }

    /// Throws at once if the file cannot be written.
    init(_ path: String, named name: String = "the audit log") throws(StartError) {
        self.path = path
        self.name = name
        if let failure = try append([]).failure { throw failure }
    }

    /// Appends lines without a line break. If a crash left a partial last line, the new text starts on a line of its own.
    ///
    /// If not all of them can be written, the file is truncated to its previous length. If that fails as well, as in a file with the
    /// append-only attribute, some lines remain, and the result counts them, so that they are not appended again.
    func append(_ lines: [String]) throws(StartError) -> Appended {
        let file = try open(O_WRONLY | O_APPEND | O_CREAT)
        defer { close(file) }
        let end = lseek(file, 0, SEEK_END)
        guard end >= 0 else { throw failure() }
        let isCut = !lines.isEmpty && tail(1).last.map { $0 != UInt8(ascii: "\n") } ?? false
        let bytes = Array(((isCut ? "\n" : "") + lines.map { $0 + "\n" }.joined()).utf8)
        let written = Self.write(bytes, to: file)
        if written == bytes.count, fsync(file) == 0 { return Appended(count: lines.count, isDurable: true) }
        let failure = self.failure()
        guard ftruncate(file, end) != 0 else { throw failure }
        let count = Self.count(of: lines, in: written - (isCut ? 1 : 0))
        return Appended(count: count, isDurable: fsync(file) == 0, failure: failure)
    }

    /// The number of lines in the first bytes of a text. The last one needs no line break: the next text starts on a line of its own.
    static func count(of lines: [String], in bytes: Int) -> Int {
        var end = 0
        return lines.prefix { line in
            defer { end += line.utf8.count + 1 }
            return end + line.utf8.count <= bytes
        }.count
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
    ///
    /// - Returns: the number of bytes written.
    private static func write(_ bytes: [UInt8], to file: Int32) -> Int {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            written += count
        }
        return written
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
