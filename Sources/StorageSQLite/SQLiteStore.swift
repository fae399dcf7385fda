import GRDB
package import Storage
import Synchronization

/// A ``Store`` in one SQLite database, which one process at a time may hold.
package final class SQLiteStore: Store {
    private let pool: DatabasePool
    private let queue: WriteQueue
    /// Its lock is held for as long as the database is open: this comes after the pool, and so goes after it.
    private let directory: DataDirectory
    private let writes = Atomic(0)
    private let reads = Atomic(0)
    private let readLimit: Duration
    package let rows = RowVerification()

    /// Lists use at most half of them (`ListLimits`); what every request looks up finds another one.
    private static let readerCount = 8

    /// Opens the database of a data directory, and brings its schema up to date. One that a newer version has brought up to
    /// date is left as it is: the error is ``StoreError/superseded``.
    ///
    /// GRDB sets `synchronous=NORMAL` on a WAL database after its own preparation hook; with that, power loss takes
    /// acknowledged writes along. So FULL is set on the one writing connection afterwards, and read back.
    ///
    /// - Parameters:
    ///   - readLimit: how long a read may take.
    ///   - trace: is called with the text of every statement, in which no value stands, before it runs.
    package init(
        in directory: DataDirectory, readLimit: Duration = .seconds(2), trace: (@Sendable (String) -> Void)? = nil
    ) throws {
        self.directory = directory
        self.readLimit = readLimit
        var configuration = Configuration()
        configuration.maximumReaderCount = Self.readerCount
        // Nobody else should write, but somebody with `sqlite3` may, for a moment.
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
                guard durability == .required else { throw StoreError.unavailable("SQLite keeps to \(durability)") }
                guard try !Schema.migrator.hasBeenSuperseded(db) else { throw StoreError.superseded }
            }
            try Schema.migrator.migrate(pool)
        } catch {
            throw Self.storeError(error)
        }
    }

    package var version: Int { writes.load(ordering: .acquiring) }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        do {
            return try await pool.read { [self] db in
                reads.add(1, ordering: .relaxed)
                defer { reads.subtract(1, ordering: .relaxed) }
                return try ReadDeadline(after: readLimit).limit(db) { try body(SQLiteReader(db: db, rows: rows)) }
            }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// How many reads run at the moment.
    package var runningReads: Int { reads.load(ordering: .relaxed) }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        // One that fails may have written all the same, as far as anybody knows.
        defer { writes.add(1, ordering: .releasing) }
        do {
            return try await queue.write { [rows] in try body(SQLiteWriter(db: $0, rows: rows)) }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// Runs SQLite's own check of the whole file; `ok` is what it says of a sound one.
    package func integrityCheck() async throws -> String {
        do {
            return try await pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "no answer" }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// What the writing connection answers when it is asked how it keeps data.
    package func durability() async throws -> Durability {
        do {
            return try await pool.writeWithoutTransaction { try Durability($0) }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// Waits until the database is closed, as whoever opens it next expects.
    deinit { try? pool.close() }

    package func close() throws {
        try pool.close()
    }

    private static func storeError(_ error: any Error) -> any Error {
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
