import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func sealedCredential(_ id: UUID) throws -> SealedCredential? {
        try db.row("\(Self.select) WHERE c.id = \(id.text)").map(SealedCredential.init(row:))
    }

    func sealedCredentials(notSealedWith keyID: String, limit: Int) throws -> [SealedCredential] {
        // The index supports the condition in this form.
        try db.rows("\(Self.select) WHERE (s.key_id < \(keyID) OR s.key_id > \(keyID)) LIMIT \(limit)").map(SealedCredential.init(row:))
    }

    private static let select: SQL = """
        SELECT c.id, c.namespace, c.authority, c.version, c.login_mark, s.envelope
        FROM credentials c JOIN credential_secrets s ON s.credential = c.id AND s.version = c.version
        """
}

extension SealedCredential {
    fileprivate init(row: Row) throws {
        self.init(
            reference: CredentialReference(id: try row.uuid("id"), version: try row.value("version")),
            namespace: try row.namespace(), authority: try row.authority(), envelope: try row.bytes("envelope"),
            loginMark: try (row.value("login_mark") as Data?).map(Array.init))
    }
}

extension SQLiteWriter {
    func insert(_ credential: SealedCredential, sealedWith keyID: String, at date: Date) throws {
        let reference = credential.reference
        try db.change(
            """
            INSERT INTO credentials (id, namespace, authority, version, login_mark, created, modified)
            VALUES (\(reference.id.text), \(credential.namespace.description), \(credential.authority.description),
                \(reference.version), \(credential.loginMark.map { Data($0) }), \(date.milliseconds), \(date.milliseconds))
            """)
        try insertSecret(of: credential, sealedWith: keyID)
    }

    func replace(_ credential: SealedCredential, sealedWith keyID: String, at date: Date) throws {
        let reference = credential.reference
        try db.change(
            """
            UPDATE credentials
            SET version = \(reference.version), namespace = \(credential.namespace.description), authority = \(credential.authority.description),
                login_mark = \(credential.loginMark.map { Data($0) }), modified = \(date.milliseconds)
            WHERE id = \(reference.id.text) AND version = \(reference.version - 1)
            """)
        guard db.changesCount == 1 else { throw StoreError.stale }
        try db.change("DELETE FROM credential_secrets WHERE credential = \(reference.id.text)")
        try insertSecret(of: credential, sealedWith: keyID)
    }

    func mark(_ credential: SealedCredential, as loginMark: [UInt8]) throws {
        let reference = credential.reference
        try db.change(
            """
            UPDATE credentials SET login_mark = \(Data(loginMark))
            WHERE id = \(reference.id.text) AND version = \(reference.version)
            """)
    }

    func deleteLoginMarks() throws {
        try db.change("UPDATE credentials SET login_mark = NULL WHERE login_mark IS NOT NULL")
    }

    func deleteCredential(_ id: UUID) throws {
        try db.change("DELETE FROM credentials WHERE id = \(id.text)")
    }

    func rewrap(_ credential: SealedCredential, as envelope: [UInt8], sealedWith keyID: String) throws {
        try db.change(
            """
            UPDATE credential_secrets SET envelope = \(Data(envelope)), key_id = \(keyID)
            WHERE credential = \(credential.reference.id.text) AND envelope = \(Data(credential.envelope))
            """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    private func insertSecret(of credential: SealedCredential, sealedWith keyID: String) throws {
        let reference = credential.reference
        try db.change(
            """
            INSERT INTO credential_secrets (credential, version, envelope, key_id)
            VALUES (\(reference.id.text), \(reference.version), \(Data(credential.envelope)), \(keyID))
            """)
    }
}
