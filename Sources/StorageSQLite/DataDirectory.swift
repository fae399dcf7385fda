import Glibc

/// The folder that holds the database, locked for this process.
///
/// Debian's SQLite 3.40 is older than a WAL fix for several connections that write at once (https://sqlite.org/wal.html, fixed in 3.51.3),
/// so only one process may use a database: a second one fails before it opens the file. swift-system lacks `mkdir` and `flock`.
package final class DataDirectory: Sendable {
    package let path: String
    private let lock: Int32

    package enum OpeningError: Error, Hashable, Sendable {
        case notWritable(path: String, reason: String)
        case inUse(path: String)
    }

    /// Creates the folder if it is missing (mode 0700), and locks it until this value is deallocated.
    package init(_ path: String) throws(OpeningError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .notWritable(path: path, reason: String(cString: strerror(errno))) }
        let lock = Glibc.open("\(path)/lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .notWritable(path: path, reason: String(cString: strerror(errno))) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(lock)
            throw code == EWOULDBLOCK ? .inUse(path: path) : .notWritable(path: path, reason: String(cString: strerror(code)))
        }
        self.path = path
        self.lock = lock
    }

    deinit {
        close(lock)
    }

    package var database: String { Self.database(in: path) }
    package static func database(in folder: String) -> String { "\(folder)/lighterman.sqlite" }

    /// The file with the URL of the server.
    package var address: String { "\(path)/address" }
}
