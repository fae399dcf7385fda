import GRDB
import GRDBSQLite
import Storage

/// The queries on one connection within one transaction. A file for each noun extends it.
class SQLiteReader: StoreReader {
    let db: Database
    let rows: RowVerification

    init(db: Database, rows: RowVerification) {
        self.db = db
        self.rows = rows
    }
}

/// The changes on the writing connection within one transaction.
final class SQLiteWriter: SQLiteReader, StoreWriter {}

/// Interrupts the statements of a read after a time limit.
final class ReadDeadline {
    private let instant: ContinuousClock.Instant
    private(set) var hasPassed = false

    init(after limit: Duration) {
        instant = .now + limit
    }

    /// The number of instructions of SQLite's virtual machine between two checks of the clock, well below a millisecond of work.
    private static let instructions: Int32 = 1000

    /// Runs a body and throws ``StoreError/tooSlow`` if its statements exceed the deadline.
    func limit<Value>(_ db: Database, _ body: () throws -> Value) throws -> Value {
        // https://sqlite.org/c3ref/progress_handler.html
        let connection = db.sqliteConnection
        let check: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
            guard let context else { return 0 }
            return Unmanaged<ReadDeadline>.fromOpaque(context).takeUnretainedValue().check() ? 1 : 0
        }
        sqlite3_progress_handler(connection, Self.instructions, check, Unmanaged.passUnretained(self).toOpaque())
        defer { sqlite3_progress_handler(connection, 0, nil, nil) }
        do {
            return try withExtendedLifetime(self, body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT && hasPassed {
            throw StoreError.tooSlow
        }
    }

    private func check() -> Bool {
        hasPassed = hasPassed || ContinuousClock.now >= instant
        return hasPassed
    }
}
