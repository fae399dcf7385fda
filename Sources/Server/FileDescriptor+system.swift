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

    /// Gives a file in this folder another name, unless a file has that name.
    func renameUnlessPresent(_ name: String, to newName: String) throws(Errno) {
        do {
            _ = try Self.result { FileRename.rename(name, in: rawValue, to: newName, in: rawValue, [.noReplace]) }
        } catch {
            // The file system cannot do both at once.
            guard error == .invalidArgument || error == .noFunction else { throw error }
            guard !contains(newName) else { throw .fileExists }
            try rename(name, to: newName)
        }
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

/// `renameat2` (https://man7.org/linux/man-pages/man2/rename.2.html), which Swift's Glibc module lacks.
enum FileRename {
    struct Options: OptionSet {
        let rawValue: UInt32

        static let noReplace = Options(rawValue: 1)
        static let exchange = Options(rawValue: 2)
    }

    /// - Returns: -1 on failure, with `errno`.
    static func rename(
        _ name: String, in folder: Int32 = AT_FDCWD, to newName: String, in newFolder: Int32 = AT_FDCWD, _ options: Options
    ) -> Int32 {
        typealias Function = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = dlsym(nil, "renameat2") else {
            errno = ENOSYS
            return -1
        }
        return unsafeBitCast(symbol, to: Function.self)(folder, name, newFolder, newName, options.rawValue)
    }
}
