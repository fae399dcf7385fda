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

    func sealingKeyIDs() throws -> Set<String> {
        try Set(String.fetchAll(db, sql: "SELECT key_id FROM deployment UNION SELECT key_id FROM credential_secrets"))
    }
}

extension SQLiteWriter {
    func insert(_ deployment: Deployment, sealedWith keyID: String) throws {
        try db.execute(
            literal: """
                INSERT INTO deployment (only, id, secret, key_id, created)
                VALUES (1, \(deployment.id.text), \(Data(deployment.secretEnvelope)), \(keyID), \(deployment.created.milliseconds))
                """)
    }

    func rewrap(_ deployment: Deployment, as envelope: [UInt8], sealedWith keyID: String) throws {
        try db.execute(
            literal: """
                UPDATE deployment SET secret = \(Data(envelope)), key_id = \(keyID)
                WHERE secret = \(Data(deployment.secretEnvelope))
                """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }
}
