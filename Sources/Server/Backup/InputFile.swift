import SystemPackage

/// A file that is read in parts.
struct InputFile: Sendable {
    let path: String
    /// In bytes.
    let size: Int
    private let descriptor: FileDescriptor

    private static let part = 1 << 20

    init(_ path: String) throws(StartError) {
        self.path = path
        let status: Stat
        do {
            descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw Self.failure(path, error)
        }
        do {
            status = try descriptor.stat()
        } catch {
            try? descriptor.close()
            throw Self.failure(path, error)
        }
        guard FileAccess(status).isFile else {
            try? descriptor.close()
            throw Self.failure(path, "it is not a file")
        }
        size = Int(status.size)
    }

    func close() { try? descriptor.close() }

    /// Passes parts to a body, with the number of bytes up to and including the part. The last part is shorter at the end of the file.
    func read(from start: Int, count: Int, _ body: (ArraySlice<UInt8>, Int) throws -> Void) throws {
        var bytes = [UInt8](repeating: 0, count: min(count, Self.part))
        var done = 0
        while done < count {
            let wanted = min(bytes.count, count - done)
            let length: Int
            do {
                length = try bytes[..<wanted].withUnsafeMutableBytes {
                    try descriptor.read(fromAbsoluteOffset: Int64(start + done), into: $0)
                }
            } catch {
                throw Self.failure(path, error)
            }
            guard length > 0 else { return }
            done += length
            try body(bytes[..<length], done)
        }
    }

    /// The bytes at an offset; fewer at the end of the file.
    func bytes(from start: Int, count: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        try read(from: start, count: count) { bytes, _ in all += bytes }
        return all
    }

    private static func failure(_ path: String, _ reason: Any) -> StartError {
        StartError(.inputOutput, "the file '\(path)' cannot be read: \(reason)")
    }
}
