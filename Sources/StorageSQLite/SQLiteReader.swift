import GRDB
import Storage

/// The questions, on one connection within one transaction; a file for each noun extends it.
class SQLiteReader: StoreReader {
    let db: Database
    let rows: RowVerification

    init(db: Database, rows: RowVerification) {
        self.db = db
        self.rows = rows
    }
}

/// The changes, on the one writing connection within one transaction.
final class SQLiteWriter: SQLiteReader, StoreWriter {}
