import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func apiKey(_ id: APIKey.ID) throws -> (key: APIKey, account: Account)? {
        let row = try db.row(
            "SELECT k.*, \(Account.columns) FROM api_keys k JOIN accounts a ON a.id = k.account WHERE k.id = \(id)")
        return try row.map { (key: try verified($0), account: try verified($0)) }
    }

    func apiKeyIDs(of account: Account.ID) throws -> [APIKey.ID] {
        try db.rows("SELECT id FROM api_keys WHERE account = \(account.text)").map { try $0.value("id") }
    }

    func robotKeyIDs(of organization: NamespaceName) throws -> [APIKey.ID] {
        try db.rows(
            """
            SELECT k.id FROM accounts a CROSS JOIN api_keys k ON k.account = a.id
            WHERE a.organization = \(organization.description)
                AND substr(a.name, 1, \(organization.description.utf8.count + 1)) = \(organization.description + "+")
            """
        ).map { try $0.value("id") }
    }

    func apiKeyIDs(after id: APIKey.ID) throws -> [APIKey.ID] {
        try db.rows("SELECT id FROM api_keys WHERE made_with = \(id) OR renews = \(id)")
            .map { try $0.value("id") }
    }
}

extension SQLiteWriter {
    func insert(_ key: APIKey) throws {
        let scopes = key.scopes.map(\.rawValue).sorted().joined(separator: " ")
        let repositories = key.restriction.repositories.map(\.description).joined(separator: " ")
        try db.change(
            """
            INSERT INTO api_keys (id, account, hash, label, scopes, namespace, repositories, created, expires, revoked, made_with, renews, last_used, code)
            VALUES (\(key.id), \(key.account.text), \(Data(key.hash)), \(key.label), \(scopes),
                \(key.restriction.namespace?.description), \(repositories), \(key.created.milliseconds),
                \(key.expires?.milliseconds), \(key.revoked?.milliseconds), \(key.madeWith), \(key.renews),
                \(key.lastUsed?.milliseconds),
                \(try code(of: key.authenticated)))
            """)
    }

    func update(_ key: APIKey) throws {
        try db.change(
            """
            UPDATE api_keys SET hash = \(Data(key.hash)), expires = \(key.expires?.milliseconds), made_with = \(key.madeWith),
                code = \(try code(of: key.authenticated))
            WHERE id = \(key.id)
            """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func revoke(_ id: APIKey.ID, at date: Date) throws {
        guard var key: APIKey = try db.row("SELECT k.* FROM api_keys k WHERE k.id = \(id)").map({ try verified($0) }), key.revoked == nil
        else { throw StoreError.stale }
        key.revoked = date
        try db.change(
            """
            UPDATE api_keys SET revoked = \(date.milliseconds), code = \(try code(of: key.authenticated)) WHERE id = \(id)
            """)
    }

    func noteUse(_ uses: [APIKey.ID: Date]) throws {
        for (id, date) in uses.sorted(by: { $0.key < $1.key }) {
            try db.change(
                "UPDATE api_keys SET last_used = max(coalesce(last_used, 0), \(date.milliseconds)) WHERE id = \(id)")
        }
    }
}

extension APIKey {
    init(unverified row: Row) throws {
        let scopes = try row.words("scopes") { Scope(rawValue: $0) }
        let restriction = Restriction(
            namespace: try row.optionalNamespace("namespace"),
            repositories: try row.words("repositories") { try? RepositoryPattern(parsing: $0) })
        self.init(
            id: try row.value("id"), account: try row.uuid("account"), hash: try row.bytes("hash"), label: try row.value("label"),
            scopes: Set(scopes), restriction: restriction, created: try row.date("created"), expires: try row.optionalDate("expires"),
            revoked: try row.optionalDate("revoked"), madeWith: try row.value("made_with"),
            renews: try row.value("renews"), lastUsed: try row.optionalDate("last_used"))
    }
}
