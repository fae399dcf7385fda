import SystemPackage

/// A file that grows by whole lines and that only its owner may write. It is opened for each append, so that it can be rotated at any
/// time.
struct AppendedFile: Sendable {
    let path: String
    /// The name of the file in sentences.
    private let name: String
    /// Is added to a line that a crash cut off, before the next line.
    private let cutMark: String

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
    init(_ path: String, named name: String = "the audit log", markingCutLines cutMark: String = "") throws(StartError) {
        self.path = path
        self.name = name
        self.cutMark = cutMark
        if let failure = try append([]).failure { throw failure }
    }

    /// Appends lines without a line break. If a crash left a partial last line, the new text starts on a line of its own.
    ///
    /// If not all of them can be written, the file is truncated to its previous length. If that fails as well, as in a file with the
    /// append-only attribute, some lines remain, and the result counts them, so that they are not appended again.
    func append(_ lines: [String]) throws(StartError) -> Appended {
        let file = try open(.writeOnly, [.append, .create])
        defer { try? file.close() }
        let isCut = !lines.isEmpty && tail(1).last.map { $0 != UInt8(ascii: "\n") } ?? false
        let start = isCut ? cutMark + "\n" : ""
        let bytes = Array((start + lines.map { $0 + "\n" }.joined()).utf8)
        let end = try size(of: file)
        var written = 0
        do {
            try Self.write(bytes, to: file, counting: &written)
            try file.synchronize()
            return Appended(count: lines.count, isDurable: true)
        } catch {
            guard (try? file.resize(to: end)) == nil else { throw failure(error) }
            let count = Self.count(of: lines, in: written - start.utf8.count)
            return Appended(count: count, isDurable: (try? file.synchronize()) != nil, failure: failure(error))
        }
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
    private func open(_ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions = []) throws(StartError) -> FileDescriptor {
        let file: FileDescriptor
        do {
            file = try GuardedFile.open(path, mode, options.union(.nonBlocking))
        } catch {
            throw failure(error.description(of: path))
        }
        do throws(StartError) {
            try check(file)
            return file
        } catch {
            try? file.close()
            throw error
        }
    }

    private func check(_ file: FileDescriptor) throws(StartError) {
        let access: FileAccess
        do {
            access = FileAccess(try file.stat())
        } catch {
            throw failure(error)
        }
        if let objection = FileRule(user: .current).objection(toAppendedFile: path, named: name, access) {
            throw StartError(.configuration, objection)
        }
    }

    private func size(of file: FileDescriptor) throws(StartError) -> Int64 {
        do {
            return try file.seek(offset: 0, from: .end)
        } catch {
            throw failure(error)
        }
    }

    /// On a full disk, a write is incomplete first and fails with the reason only at the next call.
    ///
    /// - Parameter written: the number of bytes written, also after an error.
    private static func write(_ bytes: [UInt8], to file: FileDescriptor, counting written: inout Int) throws {
        while written < bytes.count {
            let count = try bytes[written...].withUnsafeBytes { try file.write($0) }
            guard count > 0 else { throw Errno.ioError }
            written += count
        }
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
        let file = try open(.readOnly)
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: Int(try size(of: file)))
        var count = 0
        while count < bytes.count {
            do {
                let length = try bytes[count...].withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: Int64(count), into: $0) }
                guard length > 0 else { throw Errno.ioError }
                count += length
            } catch {
                throw StartError(.inputOutput, "\(name) '\(path)' cannot be read: \(error)")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The last bytes of the file; empty if it cannot be read.
    private func tail(_ count: Int) -> [UInt8] {
        guard let file = try? open(.readOnly) else { return [] }
        defer { try? file.close() }
        guard let end = try? size(of: file) else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let start = max(0, end - Int64(count))
        let length = try? bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: start, into: $0) }
        return Array(bytes.prefix(length ?? 0))
    }

    private func failure(_ reason: Any) -> StartError {
        StartError(.inputOutput, "\(name) '\(path)' cannot be written: \(reason)")
    }
}
