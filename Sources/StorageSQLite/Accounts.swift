import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func apiKey(_ id: APIKey.ID) throws -> (key: APIKey, account: Account)? {
        let row = try db.row(
            """
            SELECT k.*, a.name, a.is_administrator, a.is_disabled
            FROM api_keys k JOIN accounts a ON a.id = k.account WHERE k.id = \(id)
            """)
        return try row.map { (key: try APIKey(row: $0), account: try Account(row: $0)) }
    }
}

extension SQLiteWriter {
    func insert(_ account: Account, created: Date) throws {
        try db.execute(
            literal: """
                INSERT INTO accounts (id, name, is_administrator, is_disabled, created)
                VALUES (\(account.id.text), \(account.name.description), \(account.isAdministrator), \(account.isDisabled),
                    \(created.milliseconds))
                """)
    }

    func insert(_ key: APIKey) throws {
        let scopes = key.scopes.map(\.rawValue).sorted().joined(separator: " ")
        try db.execute(
            literal: """
                INSERT INTO api_keys (id, account, hash, label, scopes, created, expires, revoked)
                VALUES (\(key.id), \(key.account.text), \(Data(key.hash)), \(key.label), \(scopes), \(key.created.milliseconds),
                    \(key.expires?.milliseconds), \(key.revoked?.milliseconds))
                """)
    }
}

extension APIKey {
    fileprivate init(row: Row) throws {
        let scopes = (try row.value("scopes") as String).split(separator: " ").map { Scope(rawValue: String($0)) }
        guard !scopes.contains(nil) else { throw StoreError.unreadable("column scopes") }
        self.init(
            id: try row.value("id"), account: try row.uuid("account"), hash: try row.bytes("hash"), label: try row.value("label"),
            scopes: Set(scopes.compactMap(\.self)), created: try row.date("created"), expires: try row.optionalDate("expires"),
            revoked: try row.optionalDate("revoked"))
    }
}

extension Account {
    fileprivate init(row: Row) throws {
        self.init(
            id: try row.uuid("account"), name: try row.namespace("name"), isAdministrator: try row.value("is_administrator"),
            isDisabled: try row.value("is_disabled"))
    }
}
