import GRDB
import Storage

/// The questions, on one connection within one transaction; a file for each noun extends it.
class SQLiteReader: StoreReader {
    let db: Database

    init(db: Database) {
        self.db = db
    }
}

/// The changes, on the one writing connection within one transaction.
final class SQLiteWriter: SQLiteReader, StoreWriter {}
