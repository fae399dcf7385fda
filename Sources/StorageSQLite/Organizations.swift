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
            SELECT \(Membership.columns)
            FROM accounts a CROSS JOIN memberships m ON m.account = a.id JOIN organizations o ON o.name = m.organization
            WHERE a.name = \(name.description) AND m.organization = \(organization.description)
            """
        ).map(membership)
    }

    func memberships(of account: Account.ID, after name: NamespaceName?, page: Page) throws -> Listing<Membership> {
        try listing(
            OrganizationsOfAccount(account: account, after: name?.description), page: page,
            cursor: { try $0.namespace("membership_organization") }, read: membership)
    }

    func members(of organization: NamespaceName, robots: Bool, after name: AccountName?, page: Page) throws -> Listing<Membership> {
        try listing(
            MembersOfOrganization(organization: organization, isRobots: robots, after: name?.description), page: page,
            cursor: { try robots ? $0.robotName(ofAccount: "membership_name").description : $0.namespace("membership_name").description },
            read: { row in
                let found = try membership(row)
                guard found.account.isRobot == robots else { throw refused(row, as: MembershipRow.self) }
                return found
            })
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
}

/// The organizations of an account, in the order of their names.
private struct OrganizationsOfAccount: NamedList {
    let account: Account.ID
    let after: String?

    var ranges: [NameRange] { [.all] }
    var order: SQL { "m.organization" }

    func select(_ columns: ListColumns, in range: NameRange) -> SQL {
        let condition: SQL = "m.account = \(account.text)\(range.contains("m.organization"))"
        return switch columns {
        case .item: "SELECT \(Membership.columns) FROM \(Membership.tables) WHERE \(condition)"
        case .place: "SELECT m.organization AS place FROM memberships m WHERE \(condition)"
        case .none: "SELECT 1 FROM memberships m WHERE \(condition)"
        }
    }
}

/// The persons or the robots of an organization, in the order of their names. The robots' names begin with that of the organization.
private struct MembersOfOrganization: NamedList {
    let organization: NamespaceName
    let isRobots: Bool
    let after: String?

    var order: SQL { "m.name" }

    var ranges: [NameRange] {
        let robots = NameRange(prefix: "\(organization)+")
        return isRobots ? [robots] : [NameRange(lower: "", upper: robots.lower), NameRange(lower: robots.upper ?? "", upper: nil)]
    }

    func select(_ columns: ListColumns, in range: NameRange) -> SQL {
        let condition: SQL = "m.organization = \(organization.description)\(range.contains("m.name"))"
        return switch columns {
        case .item: "SELECT \(Membership.columns) FROM \(Membership.tables) WHERE \(condition)"
        case .place: "SELECT m.name AS place FROM memberships m WHERE \(condition)"
        case .none: "SELECT 1 FROM memberships m WHERE \(condition)"
        }
    }
}

extension SQLiteWriter {
    func insert(_ organization: Organization) throws {
        try take(organization.name, at: organization.created)
        try db.change(
            """
            INSERT INTO organizations (name, created) VALUES (\(organization.name.description), \(organization.created.milliseconds))
            """)
    }

    func note(_ creator: Account.ID, asCreatorOf organization: NamespaceName) throws {
        try db.change("UPDATE namespaces SET creator = \(creator.text) WHERE name = \(organization.description)")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func deleteOrganization(_ name: NamespaceName) throws {
        // By the name as well, which is signed: the organization of other accounts may have been edited.
        let isRobot: SQL =
            "organization = \(name.description) AND substr(name, 1, \(name.description.utf8.count + 1)) = \(name.description + "+")"
        let robots: SQL = "SELECT id FROM accounts WHERE \(isRobot)"
        try deleteKeys(where: "account IN (\(robots))")
        try db.change("DELETE FROM memberships WHERE organization = \(name.description)")
        try db.change("DELETE FROM accounts WHERE \(isRobot)")
        let seen: SQL = "SELECT service FROM service_uses WHERE namespace = \(name.description)"
        try db.change("DELETE FROM services WHERE id IN (\(seen)) AND namespace = \(name.description)")
        // Accounts that are no robots belong to no organization.
        try db.change("UPDATE accounts SET organization = NULL WHERE organization = \(name.description)")
        try db.change("DELETE FROM organizations WHERE name = \(name.description)")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func put(_ membership: Membership) throws {
        let row = AuthenticatedRow(membership.permission, of: membership.account.id, in: membership.organization.name)
        try db.change(
            """
            INSERT INTO memberships (organization, account, permission, created, name, code)
            VALUES (\(membership.organization.name.description), \(membership.account.id.text), \(membership.permission.rawValue),
                \(membership.created.milliseconds), \(membership.account.name.description), \(try code(of: row)))
            ON CONFLICT (account, organization) DO UPDATE SET permission = excluded.permission, name = excluded.name,
                code = excluded.code
            """)
    }

    func deleteMembership(of account: Account.ID, in organization: NamespaceName) throws {
        try db.change(
            "DELETE FROM memberships WHERE account = \(account.text) AND organization = \(organization.description)")
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
        m.name AS membership_name, m.code AS membership_code
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
    fileprivate static let tables: SQL = """
        memberships m CROSS JOIN accounts a ON a.id = m.account CROSS JOIN organizations o ON o.name = m.organization
        """
}
