import Domain
import FoundationEssentials
import GRDB
import Storage

extension SQLiteReader {
    func deployment() throws -> Deployment? {
        try db.row("SELECT id, secret, created FROM deployment").map { row in
            Deployment(id: try row.uuid("id"), secretEnvelope: try row.bytes("secret"), created: try row.date("created"))
        }
    }

    func isEmpty() throws -> Bool {
        let tables: [SQL] = [
            "deployment", "accounts", "api_keys", "namespaces", "organizations", "memberships", "registries", "credentials",
            "credential_secrets", "repositories", "actions", "agents", "services", "removed_keys",
        ]
        return try !tables.contains { try db.number("SELECT 1 FROM \($0) LIMIT 1") != nil }
    }

    func sealingKeyIDs() throws -> Set<String> {
        // Skips from each identifier to the next one in the index, without reading all secrets.
        try SQLRequest<String>(
            literal: """
                WITH RECURSIVE keys (id) AS (
                    SELECT min(key_id) FROM credential_secrets
                    UNION ALL SELECT (SELECT min(key_id) FROM credential_secrets WHERE key_id > keys.id) FROM keys WHERE keys.id IS NOT NULL)
                SELECT id FROM keys WHERE id IS NOT NULL UNION SELECT key_id FROM deployment
                """
        ).fetchSet(db)
    }
}

extension SQLiteWriter {
    func insert(_ deployment: Deployment, sealedWith keyID: String) throws {
        try db.change(
            """
            INSERT INTO deployment (only, id, secret, key_id, created)
            VALUES (1, \(deployment.id.text), \(Data(deployment.secretEnvelope)), \(keyID), \(deployment.created.milliseconds))
            """)
    }

    func rewrap(_ deployment: Deployment, as envelope: [UInt8], sealedWith keyID: String) throws {
        try db.change(
            """
            UPDATE deployment SET secret = \(Data(envelope)), key_id = \(keyID)
            WHERE secret = \(Data(deployment.secretEnvelope))
            """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }
}
