import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A file that nobody else may read and that is never half written.
enum PrivateFile {
    /// Writes a file beside the old one, with mode 0600 from its first moment, and puts it in the old one's place.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let draft = "\(path).\(UUID().uuidString)"
        let number = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Descriptor.Failure(errno: errno) }
        do {
            defer { close(number) }
            try Descriptor(number).write(bytes)
            guard fsync(number) == 0, rename(draft, path) == 0 else { throw Descriptor.Failure(errno: errno) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// Why the file system refused, in its own words.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as Descriptor.Failure: error.description
        case let error as CocoaError where error.code == .fileWriteNoPermission: "permission denied"
        case let error as CocoaError where error.code == .fileWriteOutOfSpace: "no space left"
        default: "its folder cannot be made"
        }
    }
}
