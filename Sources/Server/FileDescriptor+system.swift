import Glibc
import SystemPackage

/// The system calls on files that swift-system lacks: calls relative to an open folder, `fsync` and `fchmod`. All other code of the
/// server reads and writes files with swift-system or Foundation.
extension FileDescriptor {
    /// Opens a file in this folder. It is not inherited by other programs.
    ///
    /// - Parameter permissions: those of a file that is created.
    func open(
        _ name: String, _ mode: AccessMode, _ options: OpenOptions, permissions: FilePermissions = .ownerReadWrite
    ) throws(Errno) -> FileDescriptor {
        let flags = mode.rawValue | options.union(.closeOnExec).rawValue
        return FileDescriptor(rawValue: try Self.result { openat(rawValue, name, flags, permissions.rawValue) })
    }

    /// Whether this folder has an entry of this name. Links are not followed.
    func contains(_ name: String) -> Bool { faccessat(rawValue, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 }

    /// The target of a link in this folder.
    func target(of name: String) throws(Errno) -> String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try Self.result { readlinkat(rawValue, name, &bytes, bytes.count) }
        return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Renames a file in this folder, and replaces a file that has the new name.
    func rename(_ name: String, to newName: String) throws(Errno) {
        _ = try Self.result { renameat(rawValue, name, rawValue, newName) }
    }

    /// Removes a file in this folder.
    func remove(_ name: String) throws(Errno) {
        _ = try Self.result { unlinkat(rawValue, name, 0) }
    }

    func setPermissions(_ permissions: FilePermissions) throws(Errno) {
        _ = try Self.result { fchmod(rawValue, permissions.rawValue) }
    }

    /// Returns when the content of the file, or of the folder, survives a power failure.
    func synchronize() throws(Errno) {
        _ = try Self.result { fsync(rawValue) }
    }

    private static func result<Value: SignedInteger>(_ call: () -> Value) throws(Errno) -> Value {
        while true {
            let value = call()
            if value >= 0 { return value }
            let error = Errno(rawValue: errno)
            guard error == .interrupted else { throw error }
        }
    }
}

extension FileDescriptor.OpenOptions {
    /// `O_PATH`, which Swift's Glibc module lacks. It needs no read permission on a folder
    /// (https://github.com/torvalds/linux/blob/master/include/uapi/asm-generic/fcntl.h).
    static let pathOnly = Self(rawValue: 0o10_000_000)
}
