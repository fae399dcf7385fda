import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func organizationCount(createdBy account: Account.ID) throws -> Int {
        try db.number("SELECT count(*) FROM namespaces WHERE creator = \(account.text)") ?? 0
    }

    func organization(_ name: NamespaceName) throws -> Organization? {
        try db.row("SELECT o.name, o.created FROM organizations o WHERE o.name = \(name.description)").map { row in
            Organization(name: try row.namespace("name"), created: try row.date("created"))
        }
    }

    func permission(of account: Account.ID, in organization: NamespaceName) throws -> Permission? {
        try db.row(
            """
            SELECT \(MembershipRow.columns) FROM memberships m
            WHERE m.account = \(account.text) AND m.organization = \(organization.description)
            """
        ).map { try verified($0, as: MembershipRow.self).permission }
    }

    func membership(of name: AccountName, in organization: NamespaceName) throws -> Membership? {
        try db.row(
            """
            SELECT \(Membership.columns) FROM \(Membership.byAccount) JOIN organizations o ON o.name = m.organization
            WHERE a.name = \(name.description) AND m.organization = \(organization.description)
            """
        ).map(membership)
    }

    func memberships(of account: Account.ID, page: Page) throws -> Listing<Membership> {
        let isPart: SQL = "m.account = \(account.text)"
        let total = try db.number("SELECT count(*) FROM memberships m WHERE \(isPart)")
        return try memberships(Membership.byMembership, isPart, order: "m.organization", page: page, total: total)
    }

    /// Reads robots by their accounts and persons by their memberships, both in the order of their names.
    func members(of organization: NamespaceName, robots: Bool, page: Page) throws -> Listing<Membership> {
        let name = organization.description
        let robotCount = try db.number("SELECT count(*) FROM accounts WHERE organization = \(name)") ?? 0
        guard !robots else {
            let condition: SQL = "a.organization = \(name) AND m.organization = \(name)"
            return try memberships(Membership.byAccount, condition, order: "a.name", page: page, total: robotCount)
        }
        let parts = try db.number("SELECT count(*) FROM memberships WHERE organization = \(name)") ?? 0
        let condition: SQL = "m.organization = \(name) AND m.person IS NOT NULL"
        let named = try db.number("SELECT count(*) FROM memberships m WHERE \(condition)") ?? 0
        let listing = try memberships(Membership.byMembership, condition, order: "m.person", page: page, total: parts - robotCount)
        // A row without the name was changed by something other than the server.
        return Listing(items: listing.items, total: parts - robotCount, omitted: listing.omitted + max(0, parts - robotCount - named))
    }

    func adminCount(of organization: NamespaceName) throws -> Int {
        let found = try db.rows(
            """
            SELECT \(Membership.columns) FROM memberships m JOIN accounts a ON a.id = m.account JOIN organizations o ON o.name = m.organization
            WHERE m.organization = \(organization.description) AND m.permission = \(Permission.admin.rawValue)
                AND a.organization IS NULL AND NOT a.is_disabled
            """)
        return try verifiedItems(found, membership).items.count
    }

    private func memberships(
        _ tables: SQL, _ condition: SQL, order: SQL, page: Page, total: Int?
    ) throws -> Listing<Membership> {
        let found = try db.rows(
            """
            SELECT \(Membership.columns) FROM \(tables) JOIN organizations o ON o.name = m.organization
            WHERE \(condition) ORDER BY \(order) LIMIT \(page.limit) OFFSET \(page.offset)
            """)
        let (items, omitted) = try verifiedItems(found, membership)
        return Listing(items: items, total: total ?? 0, omitted: omitted)
    }
}

extension SQLiteWriter {
    func insert(_ organization: Organization) throws {
        try take(organization.name, at: organization.created)
        try db.execute(
            literal: """
                INSERT INTO organizations (name, created) VALUES (\(organization.name.description), \(organization.created.milliseconds))
                """)
    }

    func note(_ creator: Account.ID, asCreatorOf organization: NamespaceName) throws {
        try db.execute(literal: "UPDATE namespaces SET creator = \(creator.text) WHERE name = \(organization.description)")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func deleteOrganization(_ name: NamespaceName) throws {
        // By the name as well, which is signed: the organization of other accounts may have been edited.
        let isRobot: SQL =
            "organization = \(name.description) AND substr(name, 1, \(name.description.utf8.count + 1)) = \(name.description + "+")"
        let robots: SQL = "SELECT id FROM accounts WHERE \(isRobot)"
        try db.execute(literal: "DELETE FROM api_keys WHERE account IN (\(robots))")
        try db.execute(literal: "DELETE FROM memberships WHERE organization = \(name.description)")
        try db.execute(literal: "DELETE FROM accounts WHERE \(isRobot)")
        // Accounts that are no robots belong to no organization.
        try db.execute(literal: "UPDATE accounts SET organization = NULL WHERE organization = \(name.description)")
        try db.execute(literal: "DELETE FROM organizations WHERE name = \(name.description)")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func put(_ membership: Membership) throws {
        let row = AuthenticatedRow(membership.permission, of: membership.account.id, in: membership.organization.name)
        try db.execute(
            literal: """
                INSERT INTO memberships (organization, account, permission, created, person, code)
                VALUES (\(membership.organization.name.description), \(membership.account.id.text), \(membership.permission.rawValue),
                    \(membership.created.milliseconds), \(membership.account.name.robot == nil ? membership.account.name.description : nil),
                    \(try code(of: row)))
                ON CONFLICT (account, organization) DO UPDATE SET permission = excluded.permission, code = excluded.code
                """)
    }

    func deleteMembership(of account: Account.ID, in organization: NamespaceName) throws {
        try db.execute(
            literal: "DELETE FROM memberships WHERE account = \(account.text) AND organization = \(organization.description)")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }
}

extension SQLiteReader {
    fileprivate func membership(_ row: Row) throws -> Membership {
        Membership(
            organization: Organization(name: try row.namespace("organization_name"), created: try row.date("organization_created")),
            account: try verified(row), permission: try verified(row, as: MembershipRow.self).permission,
            created: try row.date("membership_created"))
    }
}

/// The permission in a row of the table `memberships`, without the account and the organization.
struct MembershipRow: AuthenticatedValue {
    static let kind = RowName.Kind.membership
    static let codeColumn = "membership_code"
    static let idColumns = ["membership_organization", "membership_account"]
    static let columns: SQL = """
        m.organization AS membership_organization, m.account AS membership_account, m.permission, m.created AS membership_created,
        m.code AS membership_code
        """

    let authenticated: AuthenticatedRow
    let permission: Permission

    init(unverified row: Row) throws {
        permission = try row.choice("permission")
        authenticated = AuthenticatedRow(
            permission, of: try row.uuid("membership_account"), in: try row.namespace("membership_organization"))
    }
}

extension Membership {
    fileprivate static let columns: SQL =
        "\(MembershipRow.columns), o.name AS organization_name, o.created AS organization_created, \(Account.columns)"

    // SQLite reads the tables of a CROSS JOIN in their order: https://sqlite.org/lang_select.html#crossjoin
    fileprivate static let byMembership: SQL = "memberships m CROSS JOIN accounts a ON a.id = m.account"
    fileprivate static let byAccount: SQL = "accounts a CROSS JOIN memberships m ON m.account = a.id"
}
