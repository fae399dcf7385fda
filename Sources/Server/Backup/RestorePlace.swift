import FoundationEssentials
import Glibc
import StorageSQLite

/// The data directory that a backup is restored into. The new database is prepared in a folder of its own and takes its place in one step, so
/// that an interruption leaves the old data or the new data.
struct RestorePlace {
    private let path: String
    /// Holds the lock of the data directory.
    private let directory: DataDirectory
    private let isReplaced: Bool
    private let isNew: Bool
    private let date: Date
    /// The folder in which the new database is prepared.
    let staging: String

    /// Is in a folder while its database is incomplete. A folder without it is never deleted.
    private static let mark = "incomplete"
    private static let inside = "restoring"

    /// - Parameters:
    ///   - directory: the data directory, locked by this process.
    ///   - isNew: whether this command created the directory.
    ///   - isReplaced: whether to keep the present data, and replace it.
    init(_ directory: DataDirectory, isNew: Bool, isReplaced: Bool, at date: Date) throws(StartError) {
        (self.directory, self.isNew, self.date) = (directory, isNew, date)
        // A link to the directory stays: the directory itself is replaced, on its own file system.
        guard let resolved = realpath(directory.path, nil) else {
            throw Self.failure("the data directory '\(directory.path)' cannot be found")
        }
        path = String(cString: resolved)
        free(resolved)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let isEmpty = Set(names).isSubset(of: ["lock", Self.inside])
        guard isEmpty || isReplaced else {
            throw StartError(
                .usage,
                "the data directory '\(path)' is not empty: choose another one with --data, or give --replace, which keeps the present data "
                    + "beside it")
        }
        self.isReplaced = !isEmpty
        staging = isEmpty ? "\(path)/\(Self.inside)" : "\(path).\(Self.inside)"
        try prepare()
    }

    private func prepare() throws(StartError) {
        if access(staging, F_OK) == 0 {
            guard access("\(staging)/\(Self.mark)", F_OK) == 0 else {
                throw StartError(.usage, "the folder '\(staging)' is in the way, which an earlier restore left: move it elsewhere")
            }
            clear()
        }
        guard mkdir(staging, 0o700) == 0 else { throw Self.failure("the folder '\(staging)' cannot be created") }
        let file = open("\(staging)/\(Self.mark)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure("the folder '\(staging)' cannot be written") }
        close(file)
    }

    /// Puts the prepared database in place.
    ///
    /// - Returns: the folder with the replaced data; nil if there was none.
    func commit() throws(StartError) -> String? {
        guard isReplaced else {
            // Only the database is moved. SQLite keeps its log if the last transactions could not be written to it.
            guard access("\(DataDirectory.database(in: staging))-wal", F_OK) != 0 else {
                throw StartError(.inputOutput, "the database in '\(staging)' cannot be completed: is the disk full? Nothing was restored")
            }
            guard rename(DataDirectory.database(in: staging), DataDirectory.database(in: path)) == 0 else {
                throw Self.failure("the database cannot be moved into '\(path)'")
            }
            try sync(path, after: "The backup was restored into it")
            clear()
            return nil
        }
        unlink("\(staging)/\(Self.mark)")
        try sync(staging)
        guard FileRename.rename(staging, to: path, [.exchange]) == 0 else {
            let failure = Self.failure(
                "the folder '\(path)' cannot be replaced in one step, as if it is a mount point: move its files elsewhere, and restore without "
                    + "--replace")
            close(open("\(staging)/\(Self.mark)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
            throw failure
        }
        let parent = "\(path)/.."
        try sync(parent, after: "The backup was restored; the replaced data is in '\(staging)'")
        let kept = "\(path).replaced-\(LogTime.text(of: date).prefix(19).filter { $0 != ":" && $0 != "-" })Z"
        guard rename(staging, kept) == 0 else { return staging }
        try sync(parent, after: "The backup was restored; the replaced data is in '\(kept)'")
        return kept
    }

    /// Removes what was prepared. The data directory is as before.
    func discard() {
        if access("\(staging)/\(Self.mark)", F_OK) == 0 { clear() }
        if isNew, access(DataDirectory.database(in: path), F_OK) != 0 { Self.remove(directory) }
    }

    /// Removes an empty data directory that this command created.
    static func remove(_ directory: DataDirectory) {
        unlink("\(directory.path)/lock")
        rmdir(directory.path)
    }

    private func clear() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: staging)) ?? []
        // The mark is removed last.
        for name in names where name != Self.mark { unlink("\(staging)/\(name)") }
        unlink("\(staging)/\(Self.mark)")
        rmdir(staging)
    }

    /// - Parameter state: what was done until then.
    private func sync(_ folder: String, after state: String = "Nothing was restored") throws(StartError) {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(file) }
        guard file >= 0, fsync(file) == 0 else { throw Self.failure("the folder '\(folder)' cannot be synced", after: state) }
    }

    private static func failure(_ what: String, after state: String = "Nothing was restored") -> StartError {
        StartError(.inputOutput, "\(what) (\(String(cString: strerror(errno)))). \(state)")
    }
}
