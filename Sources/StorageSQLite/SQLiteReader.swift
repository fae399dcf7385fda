import GRDB
import GRDBSQLite
import Storage
import Synchronization

/// The queries on one connection within one transaction. A file for each noun extends it.
class SQLiteReader: StoreReader {
    let db: Database
    let rows: RowVerification
    /// nil in a write.
    let deadline: ReadDeadline?
    let actionCounts: ActionCounts
    /// nil in a write, which may count what is not committed.
    let knownCounts: ActionCounts.Snapshot?

    init(
        db: Database, rows: RowVerification, actionCounts: ActionCounts, knownCounts: ActionCounts.Snapshot? = nil,
        deadline: ReadDeadline? = nil
    ) {
        self.db = db
        self.rows = rows
        self.actionCounts = actionCounts
        self.knownCounts = knownCounts
        self.deadline = deadline
    }
}

/// The changes on the writing connection within one transaction.
final class SQLiteWriter: SQLiteReader, StoreWriter {}

/// Ends a read after a time limit, or when its task is cancelled: the statement that runs, and the work on its rows.
final class ReadDeadline {
    private let instant: ContinuousClock.Instant
    private let cancellation: ReadCancellation
    private var hasPassed = false

    init(after limit: Duration, orAt cancellation: ReadCancellation) {
        instant = .now + limit
        self.cancellation = cancellation
    }

    /// The number of instructions of SQLite's virtual machine between two checks of the clock, well below a millisecond of work.
    private static let instructions: Int32 = 1000

    /// Runs a body and throws ``StoreError/tooSlow`` if its statements exceed the deadline.
    func limit<Value>(_ db: Database, _ body: () throws -> Value) throws -> Value {
        // https://sqlite.org/c3ref/progress_handler.html
        let connection = db.sqliteConnection
        let interrupts: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
            guard let context else { return 0 }
            return Unmanaged<ReadDeadline>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
        }
        sqlite3_progress_handler(connection, Self.instructions, interrupts, Unmanaged.passUnretained(self).toOpaque())
        defer { sqlite3_progress_handler(connection, 0, nil, nil) }
        do {
            return try withExtendedLifetime(self, body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT && hasPassed {
            throw StoreError.tooSlow
        }
    }

    /// Throws ``StoreError/tooSlow`` or `CancellationError` if the read must end. Called for each row, since SQLite checks nothing between
    /// two statements.
    func check() throws {
        if cancellation.isCancelled { throw CancellationError() }
        if isOver { throw StoreError.tooSlow }
    }

    private var isOver: Bool {
        hasPassed = hasPassed || ContinuousClock.now >= instant
        return hasPassed
    }
}

/// Whether the task of a read was cancelled, for the thread of the read.
final class ReadCancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }
}
