internal import GRDB
package import Storage

/// A ``Store`` in one SQLite database, which one process at a time may hold.
package final class SQLiteStore: Store {
    private let pool: DatabasePool

    /// Opens the database of a data directory, and brings its schema up to date.
    ///
    /// GRDB sets `synchronous=NORMAL` on a WAL database after its own preparation hook; with that, power loss takes
    /// acknowledged writes along. So FULL is set on the one writing connection afterwards, and read back.
    package init(in directory: DataDirectory) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        do {
            pool = try DatabasePool(path: directory.database, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                    throw StoreError.unavailable("SQLite does not keep synchronous=FULL")
                }
            }
            try Schema.migrator.migrate(pool)
        } catch {
            throw Self.storeError(error)
        }
    }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        do {
            return try await pool.read { try body(SQLiteReader(db: $0)) }
        } catch {
            throw Self.storeError(error)
        }
    }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        do {
            return try await pool.write { try body(SQLiteWriter(db: $0)) }
        } catch {
            throw Self.storeError(error)
        }
    }

    /// Runs SQLite's own check of the whole file; `ok` is what it says of a sound one.
    package func integrityCheck() async throws -> String {
        try await pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "no answer" }
    }

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
