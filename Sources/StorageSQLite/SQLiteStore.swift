import GRDB
package import Storage
import Synchronization

/// A ``Store`` in one SQLite database, which one process at a time may use.
package final class SQLiteStore: Store {
    private let pool: DatabasePool
    private let queue: WriteQueue
    /// Holds the lock while the database is open: declared after the pool, and therefore released after it.
    private let directory: DataDirectory
    private let writes = Atomic(0)
    private let reads = Atomic(0)
    private let readLimit: Duration
    private let actionCounts = ActionCounts()
    package let rows = RowVerification()

    /// Lists use at most half of the readers (`ListLimits`); the others serve the look-ups of every request.
    private static let readerCount = 8

    /// Opens the database of a data directory and migrates its schema. Throws ``StoreError/superseded`` without a change if a newer version
    /// has migrated it.
    ///
    /// GRDB sets `synchronous=NORMAL` on a WAL database after its own preparation hook, which can lose acknowledged writes at a power
    /// failure. Therefore FULL is set on the writing connection afterwards, and read back.
    ///
    /// - Parameters:
    ///   - readLimit: the time limit of a read.
    ///   - trace: called with the text of every statement, without values, before it runs.
    package init(
        in directory: DataDirectory, readLimit: Duration = .seconds(2), trace: (@Sendable (String) -> Void)? = nil
    ) throws {
        self.directory = directory
        self.readLimit = readLimit
        var configuration = Configuration()
        configuration.maximumReaderCount = Self.readerCount
        // Only the server should write, but someone may briefly use `sqlite3`.
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            if let trace {
                db.trace { if case .statement(let statement) = $0 { trace(statement.sql) } }
            }
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        do {
            pool = try DatabasePool(path: directory.database, configuration: configuration)
            queue = WriteQueue(pool)
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                let durability = try Durability(db)
                guard durability == .required else { throw StoreError.unavailable("SQLite lacks the required durability: \(durability)") }
                guard try !Schema.migrator.hasBeenSuperseded(db) else { throw StoreError.superseded }
            }
            try Schema.migrator.migrate(pool)
            if let difference = try pool.writeWithoutTransaction(Schema.difference) {
                throw StoreError.unreadable(
                    "the \(difference) of its schema is not the server's: it was changed. Restore a backup, or drop what was added")
            }
        } catch {
            throw Self.storeError(error)
        }
    }

    package var version: Int { writes.load(ordering: .acquiring) }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        do {
            let cancellation = ReadCancellation()
            let knownCounts = actionCounts.snapshot()
            return try await withTaskCancellationHandler {
                try await pool.read { [self] db in
                    reads.add(1, ordering: .relaxed)
                    defer { reads.subtract(1, ordering: .relaxed) }
                    let deadline = ReadDeadline(after: readLimit, orAt: cancellation)
                    return try deadline.limit(db) {
                        try body(
                            SQLiteReader(
                                db: db, rows: rows, actionCounts: actionCounts, knownCounts: knownCounts, deadline: deadline))
                    }
                }
            } onCancel: {
                cancellation.cancel()
            }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// The number of running reads.
    package var runningReads: Int { reads.load(ordering: .relaxed) }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        // A failed write may still have changed the database.
        defer { writes.add(1, ordering: .releasing) }
        do {
            return try await queue.write { [rows, actionCounts] db in
                try body(SQLiteWriter(db: db, rows: rows, actionCounts: actionCounts))
            }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// Runs SQLite's check of the whole file; returns `ok` for an intact database.
    package func integrityCheck() async throws -> String {
        do {
            return try await pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "no result" }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// The durability settings of the writing connection.
    package func durability() async throws -> Durability {
        do {
            return try await pool.writeWithoutTransaction { try Durability($0) }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// Moves the write-ahead log into the database and truncates it, so that the files do not contain what was deleted before.
    package func truncateLog() async throws {
        do {
            try await pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// Waits until the database is closed, so that it can be opened again.
    deinit { try? close() }

    /// Closes the database, and moves the write-ahead log into it. SQLite does so as the last connection closes, if that one may write: the
    /// connections for reading are closed first.
    package func close() throws {
        pool.releaseMemory()
        try pool.close()
    }

    static func storeError(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY: return StoreError.duplicate
        default: return StoreError.unavailable("SQLite: \(error.resultCode.errorString ?? "error \(error.resultCode.rawValue)")")
        }
    }
}

private extension ResultCode {
    var errorString: String? { DatabaseError(resultCode: self).message }
}

/// The connection settings for durable writes and secure deletion, as reported by SQLite.
package struct Durability: Hashable, Sendable {
    package let journalMode: String
    package let synchronous: Int
    package let secureDelete: Int

    /// A write-ahead log that is synced before a commit returns (https://sqlite.org/pragma.html#pragma_synchronous), and overwriting of
    /// deleted content with zeros.
    package static let required = Durability(journalMode: "wal", synchronous: 2, secureDelete: 1)
}

extension Durability {
    init(_ db: Database) throws {
        journalMode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
        synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
        secureDelete = try Int.fetchOne(db, sql: "PRAGMA secure_delete") ?? -1
    }
}

extension Durability: CustomStringConvertible {
    package var description: String { "journal_mode=\(journalMode) synchronous=\(synchronous) secure_delete=\(secureDelete)" }
}
