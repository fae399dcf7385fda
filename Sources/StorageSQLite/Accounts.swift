import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func account(_ name: AccountName) throws -> Account? {
        try db.row("SELECT \(Account.columns) FROM accounts a WHERE a.name = \(name.description)").map { try verified($0) }
    }

    func users(where filter: UserFilter, page: Page) throws -> Listing<Account> {
        var condition: SQL = "a.organization IS NULL"
        // SQLite binds a text up to its first NUL, and that prefix could match another name.
        if let name = filter.name { condition += name.utf8.contains(0) ? " AND FALSE" : " AND a.name = \(name)" }
        if let isDisabled = filter.isDisabled { condition += " AND a.is_disabled = \(isDisabled)" }
        let found = try db.rows(
            """
            SELECT \(Account.columns) FROM accounts a WHERE \(condition) ORDER BY a.name LIMIT \(page.limit) OFFSET \(page.offset)
            """)
        let total = try db.number("SELECT count(*) FROM accounts a WHERE \(condition)")
        let (items, omitted) = try verifiedItems(found) as (items: [Account], omitted: Int)
        // Users with an organization were changed outside the server. This condition is that of an index, which is empty otherwise.
        let hidden =
            try db.number(
                "SELECT count(*) FROM accounts INDEXED BY accounts_misplaced WHERE (organization IS NOT NULL) <> (instr(name, '+') > 0)")
            ?? 0
        return Listing(items: items, total: total ?? 0, omitted: omitted + hidden)
    }

    func administratorCount() throws -> Int {
        let found = try db.rows("SELECT \(Account.columns) FROM accounts a WHERE a.is_administrator AND NOT a.is_disabled")
        return try (verifiedItems(found) as (items: [Account], omitted: Int)).items.count
    }
}

extension SQLiteWriter {
    func insert(_ account: Account) throws {
        if !account.isRobot { try take(account.name.namespace, at: account.created) }
        let organization = account.isRobot ? account.name.namespace.description : nil
        try db.execute(
            literal: """
                INSERT INTO accounts (id, name, organization, is_administrator, is_disabled, created, code)
                VALUES (\(account.id.text), \(account.name.description), \(organization), \(account.isAdministrator),
                    \(account.isDisabled), \(account.created.milliseconds), \(try code(of: account.authenticated)))
                """)
    }

    func update(_ account: Account) throws {
        try db.execute(
            literal: """
                UPDATE accounts SET is_disabled = \(account.isDisabled), code = \(try code(of: account.authenticated))
                WHERE id = \(account.id.text)
                """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func deleteRobot(_ id: Account.ID) throws {
        try db.execute(literal: "DELETE FROM api_keys WHERE account = \(id.text)")
        try db.execute(literal: "DELETE FROM memberships WHERE account = \(id.text)")
        try db.execute(literal: "DELETE FROM accounts WHERE id = \(id.text) AND organization IS NOT NULL")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    /// Reserves a namespace name permanently. A name is taken as well if rows belong to it although it is missing in `namespaces`: it was deleted there
    /// outside the server, and a new owner must not get those rows.
    func take(_ name: NamespaceName, at date: Date) throws {
        let text = name.description
        let isUsed = try db.number(
            """
            SELECT EXISTS (SELECT 1 FROM repositories WHERE namespace = \(text)) OR EXISTS (SELECT 1 FROM actions WHERE namespace = \(text))
                OR EXISTS (SELECT 1 FROM memberships WHERE organization = \(text)) OR EXISTS (SELECT 1 FROM accounts WHERE organization = \(text))
                OR EXISTS (SELECT 1 FROM accounts WHERE name = \(text))
            """)
        guard isUsed != 1 else { throw StoreError.duplicate }
        try db.execute(literal: "INSERT INTO namespaces (name, created) VALUES (\(name.description), \(date.milliseconds))")
    }
}

extension Account {
    static let columns: SQL = """
        a.id AS account_id, a.name AS account_name, a.is_administrator, a.is_disabled, a.created AS account_created, a.organization AS account_organization,
        a.code AS account_code
        """

    /// Reads a row with ``columns``.
    init(unverified row: Row) throws {
        let name = try row.accountName("account_name")
        // The organization follows from the name, but queries read the column.
        guard try row.value("account_organization") == (name.robot == nil ? nil : name.namespace.description) else {
            throw StoreError.unreadable("the organization of the account '\(name)'")
        }
        self.init(
            id: try row.uuid("account_id"), name: name,
            isAdministrator: try row.value("is_administrator"), isDisabled: try row.value("is_disabled"),
            created: try row.date("account_created"))
    }
}
