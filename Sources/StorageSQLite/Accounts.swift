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
        // SQLite binds a text up to its first NUL, and that prefix could match another name.
        guard filter.name?.utf8.contains(0) != true else { return .empty }
        let listing = try self.listing(
            UserSearch(filter: filter), page: page, cursor: { try $0.namespace("account_name") }, read: { try verified($0) as Account })
        guard filter.after == nil, page.offset == 0 else { return listing }
        // Users with an organization were changed outside the server. They have no place in the list, so the first page counts them. The
        // first condition is that of an index, which is empty otherwise.
        let hidden = try db.number(
            """
            SELECT count(*) FROM accounts INDEXED BY accounts_misplaced
            WHERE (organization IS NOT NULL) <> (instr(name, '+') > 0) AND organization IS NOT NULL
            """)
        return listing.omitting(hidden ?? 0)
    }

    func administratorCount() throws -> Int {
        let found = try db.rows("SELECT \(Account.columns) FROM accounts a WHERE a.is_administrator AND NOT a.is_disabled")
        return try (verifiedItems(found) as (items: [Account], omitted: Int)).items.count
    }
}

/// Translates a filter of users into queries of the index of their names, or of the enabled or disabled ones.
private struct UserSearch: NamedList {
    let filter: UserFilter

    var after: String? { filter.after?.description }
    var ranges: [NameRange] { [filter.name.map(NameRange.init(only:)) ?? .all] }
    var order: SQL { "a.name" }

    func select(_ columns: ListColumns, in range: NameRange) -> SQL {
        let isDisabled: SQL = filter.isDisabled.map { " AND a.is_disabled = \($0)" } ?? ""
        let found: SQL = "FROM accounts a WHERE a.organization IS NULL\(isDisabled)\(range.contains("a.name"))"
        return switch columns {
        case .item: "SELECT \(Account.columns) \(found)"
        case .place: "SELECT a.name AS place \(found)"
        case .none: "SELECT 1 \(found)"
        }
    }
}

extension SQLiteWriter {
    func insert(_ account: Account) throws {
        if !account.isRobot { try take(account.name.namespace, at: account.created) }
        let organization = account.isRobot ? account.name.namespace.description : nil
        try db.change(
            """
            INSERT INTO accounts (id, name, organization, is_administrator, is_disabled, created, code)
            VALUES (\(account.id.text), \(account.name.description), \(organization), \(account.isAdministrator),
                \(account.isDisabled), \(account.created.milliseconds), \(try code(of: account.authenticated)))
            """)
    }

    func update(_ account: Account) throws {
        try db.change(
            """
            UPDATE accounts SET is_disabled = \(account.isDisabled), code = \(try code(of: account.authenticated))
            WHERE id = \(account.id.text)
            """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func deleteRobot(_ id: Account.ID) throws {
        try deleteKeys(where: "account = \(id.text)")
        try db.change("DELETE FROM memberships WHERE account = \(id.text)")
        try db.change("DELETE FROM accounts WHERE id = \(id.text) AND organization IS NOT NULL")
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
        try db.change("INSERT INTO namespaces (name, created) VALUES (\(name.description), \(date.milliseconds))")
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
