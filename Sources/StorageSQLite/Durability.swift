import GRDB

/// The settings of a connection that acknowledged writes and deleted secrets depend on, as SQLite itself reports them.
package struct Durability: Hashable, Sendable {
    package let journalMode: String
    package let synchronous: Int
    package let secureDelete: Int

    /// A write-ahead log that is synced before a commit returns (https://sqlite.org/pragma.html#pragma_synchronous), and
    /// deleted content overwritten with zeros.
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
