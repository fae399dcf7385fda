import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func sealedCredential(_ id: UUID) throws -> SealedCredential? {
        let row = try db.row(
            """
            SELECT c.namespace, c.authority, c.version, s.envelope
            FROM credentials c JOIN credential_secrets s ON s.credential = c.id AND s.version = c.version
            WHERE c.id = \(id.text)
            """)
        return try row.map { row in
            SealedCredential(
                reference: CredentialReference(id: id, version: try row.value("version")), namespace: try row.namespace(),
                authority: try row.authority(), envelope: try row.bytes("envelope"))
        }
    }
}

extension SQLiteWriter {
    func insert(_ credential: SealedCredential, sealedWith keyID: String, at date: Date) throws {
        let reference = credential.reference
        try db.execute(
            literal: """
                INSERT INTO credentials (id, namespace, authority, version, created, modified)
                VALUES (\(reference.id.text), \(credential.namespace.description), \(credential.authority.description),
                    \(reference.version), \(date.milliseconds), \(date.milliseconds))
                """)
        try insertSecret(of: credential, sealedWith: keyID)
    }

    func replace(_ credential: SealedCredential, sealedWith keyID: String, at date: Date) throws {
        let reference = credential.reference
        try db.execute(
            literal: """
                UPDATE credentials SET version = \(reference.version), modified = \(date.milliseconds)
                WHERE id = \(reference.id.text) AND version = \(reference.version - 1)
                """)
        guard db.changesCount == 1 else { throw StoreError.stale }
        try db.execute(literal: "DELETE FROM credential_secrets WHERE credential = \(reference.id.text)")
        try insertSecret(of: credential, sealedWith: keyID)
    }

    func deleteCredential(_ id: UUID) throws {
        try db.execute(literal: "DELETE FROM credentials WHERE id = \(id.text)")
    }

    private func insertSecret(of credential: SealedCredential, sealedWith keyID: String) throws {
        let reference = credential.reference
        try db.execute(
            literal: """
                INSERT INTO credential_secrets (credential, version, envelope, key_id)
                VALUES (\(reference.id.text), \(reference.version), \(Data(credential.envelope)), \(keyID))
                """)
    }
}
