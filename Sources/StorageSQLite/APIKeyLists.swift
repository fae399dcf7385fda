import Domain
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func apiKeys(of account: Account.ID, after id: APIKey.ID?, page: Page) throws -> Listing<APIKey> {
        let place = try id.map { id in
            try self.place("SELECT \(KeysOfAccount.Place.columns) FROM api_keys k WHERE k.id = \(id) AND k.account = \(account.text)") {
                try KeysOfAccount.Place($0)
            }
        }
        return try listing(
            KeysOfAccount(account: account, after: place), page: page, cursor: { try $0.keyID() },
            read: { try verified($0) })
    }

    func apiKeys(in organization: NamespaceName, after id: APIKey.ID?, page: Page) throws -> Listing<HeldKey> {
        // The account of the key may have left the organization since the previous page.
        let place = try id.map { id in
            try self.place(
                """
                SELECT coalesce(m.name, a.name) AS name, \(KeysOfAccount.Place.columns)
                FROM api_keys k JOIN accounts a ON a.id = k.account
                    LEFT JOIN memberships m ON m.account = a.id AND m.organization = \(organization.description)
                WHERE k.id = \(id)
                """
            ) { try KeysInOrganization.Place($0) }
        }
        return try listing(
            KeysInOrganization(organization: organization, after: place), page: page, cursor: { try $0.keyID() },
            read: { HeldKey(try verified($0), of: try verified($0)) })
    }

    /// The place of a key that a client names.
    private func place<Place>(_ sql: SQL, _ read: (Row) throws -> Place) throws -> Place {
        guard let row = try db.row(sql) else { throw StoreError.unknownCursor }
        return try read(row)
    }
}

/// The keys of an account, newest first.
private struct KeysOfAccount: IndexedList {
    struct Place {
        static let columns: SQL = "k.created, k.rowid AS number"

        let created: Int64
        /// Numbers the keys in the order in which they were stored.
        let number: Int64

        init(_ row: Row) throws {
            created = try row.value("created")
            number = try row.value("number")
        }

        /// The condition of the keys after this place. A single upper bound, because SQLite seeks the index by the first one.
        var isPassed: SQL { "k.created <= \(created) AND (k.created < \(created) OR k.rowid < \(number))" }
    }

    let account: Account.ID
    let after: Place?

    var order: SQL { "k.created DESC, k.rowid DESC" }

    func parts(after place: Place?) -> [Place?] { [place] }

    func place(_ row: Row) throws -> Place { try Place(row) }

    func select(_ columns: ListColumns, in part: Place?) -> SQL {
        let isPassed: SQL = part.map { " AND \($0.isPassed)" } ?? ""
        let found: SQL = "FROM api_keys k WHERE k.account = \(account.text)\(isPassed)"
        return switch columns {
        case .item: "SELECT k.* \(found)"
        case .place: "SELECT \(Place.columns) \(found)"
        case .none: "SELECT 1 \(found)"
        }
    }
}

/// The keys of members and robots that can be used in an organization, by the names of the accounts, the newest key of each first.
private struct KeysInOrganization: IndexedList {
    struct Place {
        /// The name of the account in its membership.
        let name: String
        let key: KeysOfAccount.Place

        init(_ row: Row) throws {
            name = try row.value("name")
            key = try KeysOfAccount.Place(row)
        }
    }

    enum KeyRange {
        case whole
        /// The other keys of the account at a place.
        case sameAccount(Place)
        /// The keys of the accounts after a place.
        case nextAccounts(Place)
    }

    let organization: NamespaceName
    let after: Place?

    var order: SQL { "m.name, k.created DESC, k.rowid DESC" }

    func parts(after place: Place?) -> [KeyRange] { place.map { [.sameAccount($0), .nextAccounts($0)] } ?? [.whole] }

    func place(_ row: Row) throws -> Place { try Place(row) }

    func select(_ columns: ListColumns, in part: KeyRange) -> SQL {
        switch columns {
        case .item:
            "SELECT k.*, \(Account.columns) \(found(part, with: " CROSS JOIN accounts a ON a.id = m.account"))"
        case .place: "SELECT m.name, \(KeysOfAccount.Place.columns) \(found(part))"
        case .none: "SELECT 1 \(found(part))"
        }
    }

    private func found(_ part: KeyRange, with join: SQL = "") -> SQL {
        // SQLite reads the tables of a CROSS JOIN in their order: https://sqlite.org/lang_select.html#crossjoin
        """
        FROM memberships m CROSS JOIN api_keys k ON k.account = m.account\(join)
        WHERE m.organization = \(organization.description) AND (k.namespace IS NULL OR k.namespace = \(organization.description))
            \(condition(part))
        """
    }

    private func condition(_ part: KeyRange) -> SQL {
        switch part {
        case .whole: ""
        case .sameAccount(let place): "AND m.name = \(place.name) AND \(place.key.isPassed)"
        case .nextAccounts(let place): "AND m.name > \(place.name)"
        }
    }
}
