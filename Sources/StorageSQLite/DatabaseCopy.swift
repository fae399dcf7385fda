import Domain
package import FoundationEssentials
import GRDB
import Storage

/// A copy of a database. A server may use the original meanwhile.
package struct DatabaseCopy: Sendable {
    /// nil if the database has no deployment yet.
    package let deployment: UUID?
    /// The number of migrations of the database.
    package let schema: Int
    /// The identifiers of the keys that seal its secrets.
    package let keyIDs: Set<String>

    /// Copies a database as of one moment, and checks the copy.
    ///
    /// This connection only reads, so that the original still has one writer (``DataDirectory``). The copy consists of one file, without a
    /// write-ahead log. It is neither durable nor locked until the caller syncs and renames it.
    ///
    /// - Parameter progress: called with the copied and the total number of bytes. If it throws, the copy is incomplete.
    package init(of database: String, to copy: String, progress: @escaping (Int, Int) throws -> Void = { _, _ in }) throws {
        do {
            let original = try DatabaseQueue(path: database, configuration: Self.readOnly)
            defer { try? original.close() }
            let target = try DatabaseQueue(path: copy)
            defer { try? target.close() }
            (deployment, schema, keyIDs) = try original.read { db in
                guard try !Schema.migrator.hasBeenSuperseded(db) else { throw StoreError.superseded }
                // The queries begin the transaction that the copy belongs to.
                let reader = SQLiteReader(db: db, rows: RowVerification(), actionCounts: ActionCounts())
                let identity = (
                    try reader.deployment()?.id, try Schema.migrator.appliedIdentifiers(db).count, try reader.sealingKeyIDs()
                )
                let pageSize = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
                try target.writeWithoutTransaction { copy in
                    try db.backup(to: copy, pagesPerStep: 256) { pages in
                        try progress(pages.completedPageCount * pageSize, pages.totalPageCount * pageSize)
                    }
                }
                return identity
            }
            try target.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
                let finding = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no result"
                guard finding == "ok" else { throw StoreError.unreadable("it is damaged: \(finding)") }
            }
        } catch {
            throw SQLiteStore.storeError(error)
        }
    }

    /// The deployment of a database; nil if there is none, or if it cannot be read.
    package static func deployment(of database: String) -> UUID? {
        guard let queue = try? DatabaseQueue(path: database, configuration: readOnly) else { return nil }
        defer { try? queue.close() }
        let id = try? queue.read { try $0.row("SELECT id FROM deployment")?.uuid("id") }
        return id.flatMap { $0 }
    }

    /// The number of migrations of this version.
    package static var newestSchema: Int { Schema.version }

    private static var readOnly: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return configuration
    }
}
