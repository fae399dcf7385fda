import Domain
import FoundationEssentials
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

extension QueryPlanTests {
    /// A list of accounts, organizations or keys.
    struct AccountList: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The index columns by which the page after a cursor is found.
        let columns: [String]
        /// Reads a page, after an existing item if `isAfter`.
        let read: @Sendable (any StoreReader, _ isAfter: Bool, Page) throws -> Void

        init(
            _ description: String, by columns: String..., read: @escaping @Sendable (any StoreReader, _ isAfter: Bool, Page) throws -> Void
        ) {
            testDescription = description
            self.columns = columns
            self.read = read
        }
    }

    private static let carol = UUID(uuidString: "0b5f0000-0000-4000-8000-000000000000") ?? UUID()

    private static func users(_ isDisabled: Bool?, name: String?) -> @Sendable (any StoreReader, Bool, Page) throws -> Void {
        { reader, isAfter, page in
            let filter = UserFilter(name: name, isDisabled: isDisabled, after: isAfter ? try NamespaceName(parsing: "bob") : nil)
            _ = try reader.users(where: filter, page: page)
        }
    }

    static let accountLists = [
        AccountList("users", by: "organization=? AND name>?", read: users(nil, name: nil)),
        AccountList("users, disabled", by: "organization=? AND is_disabled=? AND name>?", read: users(true, name: nil)),
        AccountList("users, enabled", by: "organization=? AND is_disabled=? AND name>?", read: users(false, name: nil)),
        AccountList("users of a name", by: "organization=? AND name>? AND name<?", read: users(nil, name: "carol")),
        AccountList(
            "users of a name, disabled", by: "organization=? AND is_disabled=? AND name>? AND name<?", read: users(true, name: "carol")),
        AccountList("organizations", by: "account=? AND organization>?") { reader, isAfter, page in
            _ = try reader.memberships(of: carol, after: isAfter ? NamespaceName(parsing: "acm") : nil, page: page)
        },
        AccountList("members", by: "organization=? AND name>?", "organization=? AND name>? AND name<?") { reader, isAfter, page in
            let after = isAfter ? try AccountName(parsing: "aa") : nil
            _ = try reader.members(of: Sample.organization().name, robots: false, after: after, page: page)
        },
        AccountList("robots", by: "organization=? AND name>? AND name<?") { reader, isAfter, page in
            let after = isAfter ? try AccountName(parsing: "acme+ci") : nil
            _ = try reader.members(of: Sample.organization().name, robots: true, after: after, page: page)
        },
        AccountList("keys", by: "account=? AND created<?") { reader, isAfter, page in
            _ = try reader.apiKeys(of: carol, after: isAfter ? "key30" : nil, page: page)
        },
        AccountList("keys of an organization", by: "account=? AND created<?", "organization=? AND name>?") { reader, isAfter, page in
            _ = try reader.apiKeys(in: Sample.organization().name, after: isAfter ? "key30" : nil, page: page)
        },
    ]

    @Test(
        "Pages of users, organizations, members, robots and keys are read by an index, without sorting, with a cursor and with an offset",
        arguments: accountLists)
    func accounts(_ list: AccountList) async throws {
        for isAfter in [false, true] {
            for offset in [0, 10] {
                let plans = try await plans(of: "SELECT", preparing: Self.fill) { store in
                    let page = try Sample.page(limit: 25, offset: offset)
                    try await store.read { try list.read($0, isAfter, page) }
                }
                for (statement, plan) in plans { expectIndexed(plan, of: statement) }
                // With a cursor, no statement skips rows.
                #expect(plans.contains { $0.statement.contains("OFFSET") } == (offset > 0 && !isAfter))
                guard isAfter else { continue }
                let steps = plans.flatMap(\.plan)
                for columns in list.columns { #expect(steps.contains { $0.contains("(\(columns))") }, "\(columns): \(steps)") }
            }
        }
    }

    /// Each list has more items than a page, so that all of its statements run.
    private static func fill(_ store: SQLiteStore) async throws {
        try await store.write { writer in
            let organization = try Sample.organization()
            try writer.insert(organization)
            let carol = Account(id: carol, name: try AccountName(parsing: "carol"), isAdministrator: false, created: Sample.date())
            try writer.insert(carol)
            for number in 10..<70 {
                try writer.insert(Sample.apiKey("key\(number)", of: carol))
                let other = try Sample.organization("other\(number)")
                try writer.insert(other)
                try writer.put(Membership(organization: other, account: carol, permission: .read, created: Sample.date()))
                for name in ["user\(number)", "acme+robot\(number)"] {
                    let account = try Sample.account(name, isDisabled: number % 2 == 0)
                    try writer.insert(account)
                    try writer.put(Membership(organization: organization, account: account, permission: .read, created: Sample.date()))
                }
            }
            try writer.put(Membership(organization: organization, account: carol, permission: .read, created: Sample.date()))
        }
    }
}
