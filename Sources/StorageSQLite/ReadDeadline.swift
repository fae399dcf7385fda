import GRDB
import GRDBSQLite
import Storage

/// Ends the statements of one read when its time is over.
final class ReadDeadline {
    private let instant: ContinuousClock.Instant
    private(set) var hasPassed = false

    init(after limit: Duration) {
        instant = .now + limit
    }

    /// How many instructions of SQLite's virtual machine run between two looks at the clock: well below a millisecond of work.
    private static let instructions: Int32 = 1000

    /// Runs a body whose statements end at the deadline; the error is then ``StoreError/tooSlow``.
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
