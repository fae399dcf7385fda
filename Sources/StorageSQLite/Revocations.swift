import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func revocations() throws -> StoredRevocations {
        let revoked: [APIKey] = try verifiedItems(db.rows("SELECT k.* FROM api_keys k WHERE k.revoked IS NOT NULL")).items
        let renewed: [APIKey] = try verifiedItems(
            db.rows(
                """
                SELECT k.* FROM api_keys r CROSS JOIN api_keys k ON k.id = r.renews
                WHERE r.renews IS NOT NULL AND k.revoked IS NULL AND k.expires IS NOT NULL
                """)
        ).items
        // A key that still exists was not removed: its row in `removed_keys`, which is not signed, was added outside the server.
        let removed = try db.rows(
            "SELECT id FROM removed_keys WHERE NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = removed_keys.id)")
        let names = try [
            db.rows("SELECT name FROM namespaces"), db.rows("SELECT name FROM organizations"),
            db.rows("SELECT name FROM accounts WHERE organization IS NULL"),
        ].joined()
        return StoredRevocations(
            revokedKeys: Self.dates(of: revoked, \.revoked), removedKeys: Set(try removed.map { try $0.value("id") }),
            renewedKeys: Self.dates(of: renewed, \.expires),
            disabledAccounts: try verifiedItems(db.rows("SELECT \(Account.columns) FROM accounts a WHERE a.is_disabled")).items,
            names: Set(names.compactMap { try? $0.namespace("name") }))
    }

    func expiries() throws -> [APIKey.ID: Date] {
        let found = try db.rows("SELECT k.* FROM api_keys k WHERE k.expires IS NOT NULL AND k.revoked IS NULL")
        return Self.dates(of: try verifiedItems(found).items, \.expires)
    }

    private static func dates(of keys: [APIKey], _ date: (APIKey) -> Date?) -> [APIKey.ID: Date] {
        Dictionary(keys.compactMap { key in date(key).map { (key.id, $0) } }) { first, _ in first }
    }
}

extension SQLiteWriter {
    /// Remembers the keys of robots that are removed, so that a lost journal can be rebuilt.
    ///
    /// - Parameter condition: the condition for the robots' keys.
    func deleteKeys(where condition: SQL) throws {
        try db.change("INSERT OR IGNORE INTO removed_keys (id) SELECT id FROM api_keys WHERE \(condition)")
        try db.change("DELETE FROM api_keys WHERE \(condition)")
    }
}
