import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

/// Someone with `sqlite3` can write values that the server never writes. They must fail the request that reads them, and never crash the
/// process.
@Suite("Rows edited outside of the server")
struct EditedRowTests {
    struct Edit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let read: @Sendable (any StoreReader) throws -> Void

        init(_ sql: String, _ read: @escaping @Sendable (any StoreReader) throws -> Void) {
            testDescription = sql
            self.read = read
        }
    }

    private static let list: @Sendable (any StoreReader) throws -> Void = { try $0.all(in: Sample.team()).expectWhole() }
    private static let actions: @Sendable (any StoreReader) throws -> Void = {
        _ = try $0.actions(in: Sample.team(), page: Sample.page())
    }
    private static let apiKey: @Sendable (any StoreReader) throws -> Void = { _ = try $0.apiKey("abcdefghijkl") }
    private static let deployment: @Sendable (any StoreReader) throws -> Void = { _ = try $0.deployment() }
    private static let registries: @Sendable (any StoreReader) throws -> Void = { try $0.registries(in: Sample.team()).expectWhole() }
    private static let credential: @Sendable (any StoreReader) throws -> Void = { _ = try $0.sealedCredential(credentialID) }
    private static let members: @Sendable (any StoreReader) throws -> Void = {
        try $0.members(of: Sample.organization().name, robots: true, after: nil, page: Sample.page()).expectWhole()
    }
    private static let users: @Sendable (any StoreReader) throws -> Void = {
        try $0.users(where: UserFilter(), page: Sample.page()).expectWhole()
    }
    private static let organization: @Sendable (any StoreReader) throws -> Void = {
        let account = try #require(try $0.apiKey("abcdefghijkl")?.account.id)
        try $0.memberships(of: account, after: nil, page: Sample.page()).expectWhole()
        _ = try $0.permission(of: account, in: Sample.organization().name)
    }
    private static let credentialID = UUID()

    static let edits = [
        Edit("UPDATE repositories SET id = 'x'", list),
        Edit("UPDATE repositories SET name = 'https://registry.example/a'", list),
        Edit("UPDATE repositories SET name = 'registry.example/a\u{301}'", list),
        Edit("UPDATE repositories SET name = CAST(x'ff' AS TEXT)", list),
        Edit("UPDATE repositories SET name = ''", list),
        Edit("UPDATE repositories SET state = 'verified'", list),
        Edit("UPDATE repositories SET pull = 'maybe'", list),
        Edit("UPDATE repositories SET push = ''", list),
        Edit("UPDATE repositories SET credential = 'x'", list),
        Edit("UPDATE repositories SET credential = '00000000-0000-0000-0000-000000000000'", list),
        Edit("DELETE FROM credentials", list),
        Edit("UPDATE actions SET id = 'x'", actions),
        Edit("UPDATE actions SET kind = 'Repository Rename'", actions),
        Edit("UPDATE actions SET state = 'success'", actions),
        Edit("UPDATE actions SET object = 'a:b:c'", actions),
        Edit("UPDATE actions SET object_kind = 'Registry'", actions),
        Edit("UPDATE actions SET object_kind = 'registry'", actions),
        Edit("UPDATE actions SET object_kind = 'registry', object = 'a b'", actions),
        Edit("UPDATE api_keys SET scopes = 'pull everything'", apiKey),
        Edit("UPDATE api_keys SET scopes = 'pull  *'", apiKey),
        Edit("UPDATE api_keys SET namespace = ''", apiKey),
        Edit("UPDATE api_keys SET namespace = 'Team'", apiKey),
        Edit("UPDATE api_keys SET repositories = 'registry.example/te*'", apiKey),
        Edit("UPDATE api_keys SET repositories = 'registry.example/team/* *'", apiKey),
        Edit("UPDATE api_keys SET repositories = CAST(x'ff' AS TEXT)", apiKey),
        Edit("UPDATE memberships SET permission = 'owner'", members),
        Edit("UPDATE memberships SET permission = 'Admin'", organization),
        Edit("UPDATE accounts SET name = 'acme+' WHERE organization IS NOT NULL", members),
        Edit("UPDATE accounts SET name = 'acme+ci+ci' WHERE organization IS NOT NULL", members),
        Edit("UPDATE accounts SET name = 'x' WHERE organization IS NULL", users),
        Edit("UPDATE organizations SET name = 'A'; UPDATE memberships SET organization = 'A'", organization),
        Edit("UPDATE actions SET object_kind = 'robot', object = 'a'", actions),
        Edit("UPDATE actions SET object_kind = 'member', object = 'registry'", actions),
        Edit("UPDATE actions SET object_kind = 'user', object = 'acme+ci'", actions),
        Edit("UPDATE api_keys SET account = 'x'; UPDATE accounts SET id = 'x' WHERE organization IS NULL", apiKey),
        Edit("UPDATE accounts SET name = 'Not A Namespace' WHERE organization IS NULL", apiKey),
        Edit("UPDATE accounts SET name = 'registry' WHERE organization IS NULL", apiKey),
        Edit("UPDATE deployment SET id = 'x'", deployment),
        Edit("UPDATE registries SET authority = 'a b'; UPDATE repository_counts SET authority = 'a b'", registries),
        Edit("UPDATE credentials SET namespace = 'x'", credential),
        Edit("UPDATE credentials SET authority = ''", credential),
    ]

    @Test("An impossible value is unreadable", arguments: edits)
    func unreadable(_ edit: Edit) async throws {
        try await withEdited(edit.testDescription) { store in
            await #expect {
                try await store.read(edit.read)
            } throws: {
                switch $0 {
                case StoreError.unreadable, StoreError.unverified: true
                default: false
                }
            }
        }
    }

    @Test(
        "Unusual numbers in unauthenticated columns are read unchanged",
        arguments: [
            Edit("UPDATE repositories SET checked = -9223372036854775807, created = 9223372036854775807, modified = 0", list),
            Edit("UPDATE credentials SET version = -9223372036854775808", list),
            Edit("UPDATE credentials SET version = 9223372036854775807", list),
            Edit("UPDATE repositories SET due = 9223372036854775807, silences = -9223372036854775808", list),
            Edit("UPDATE repositories SET is_accepted = -1", list),
            Edit("UPDATE registries SET is_reached = 9223372036854775807", registries),
            Edit("UPDATE repository_counts SET count = 9223372036854775807", list),
            Edit("UPDATE repository_totals SET count = 9223372036854775807", list),
            Edit("UPDATE action_counts SET count = -5", actions),
            Edit("UPDATE api_keys SET last_used = -9223372036854775807", apiKey),
            Edit("UPDATE memberships SET created = 9223372036854775807", members),
            Edit("UPDATE organizations SET created = -1", organization),
            Edit("UPDATE actions SET status = -9223372036854775808", actions),
            Edit("DELETE FROM namespaces", users),
            Edit("DELETE FROM repository_counts", list),
            Edit("DELETE FROM repository_totals", list),
            Edit("DELETE FROM action_counts", actions),
        ])
    func numbers(_ edit: Edit) async throws {
        try await withEdited(edit.testDescription) { try await $0.read(edit.read) }
    }

    @Test(
        "Rows with unusual numbers in authenticated columns are not used",
        arguments: [
            Edit("UPDATE api_keys SET expires = 9223372036854775807", apiKey),
            Edit("UPDATE api_keys SET expires = -9223372036854775808", apiKey),
            Edit("UPDATE api_keys SET revoked = -1", apiKey), Edit("UPDATE accounts SET is_administrator = 7", apiKey),
            Edit("UPDATE accounts SET is_disabled = -1", apiKey), Edit("UPDATE registries SET is_approved = -1", registries),
            Edit("UPDATE registries SET is_plain_http = 7", registries), Edit("UPDATE registries SET is_ssl = 0", registries),
        ])
    func decisiveNumbers(_ edit: Edit) async throws {
        try await withEdited(edit.testDescription) { store in
            await #expect {
                try await store.read(edit.read)
            } throws: {
                if case StoreError.unverified = $0 { true } else { false }
            }
        }
    }

    @Test(
        "A member whose stored name was edited stays in a list: elsewhere, or as omitted in the list of the other kind",
        arguments: [
            ("", "team", ["team"], ["acme+ci"], 0, 0), ("zz", "team", ["team"], ["acme+ci"], 0, 0),
            ("No name", "team", ["team"], ["acme+ci"], 0, 0), ("acme+aa", "team", [], ["acme+ci"], 0, 1),
            ("aa", "acme+ci", ["team"], [], 1, 0), ("zz", "acme+ci", ["team"], [], 1, 0),
            ("acme+\u{301}", "acme+ci", ["team"], [], 1, 0),
        ])
    func names(
        _ edited: String, _ account: String, _ members: [String], _ robots: [String], _ omittedMembers: Int, _ omittedRobots: Int
    ) async throws {
        let sql = "UPDATE memberships SET name = '\(edited)' WHERE account = (SELECT id FROM accounts WHERE name = '\(account)')"
        try await withEdited(sql) { store in
            for (isRobots, names, omitted) in [(false, members, omittedMembers), (true, robots, omittedRobots)] {
                let listing = try await store.read {
                    try $0.members(of: Sample.organization().name, robots: isRobots, after: nil, page: Sample.page())
                }
                #expect(listing.items.map(\.account.name.description) == names && listing.omitted == omitted)
                #expect(listing.total == names.count + omitted)
            }
        }
    }

    @Test("A credential without its secret is not found")
    func secretless() async throws {
        try await withEdited("DELETE FROM credential_secrets") { store in
            let found = try await store.read { try $0.sealedCredential(Self.credentialID) }
            #expect(found == nil)
        }
    }

    private func withEdited(_ sql: String, _ body: (SQLiteStore) async throws -> Void) async throws {
        try await withClosedDatabase { store in
            try await store.write { writer in
                let account = try Sample.account()
                try writer.insert(Sample.deployment(), sealedWith: "key-1")
                try writer.insert(account)
                try writer.insert(Sample.apiKey(of: account))
                try writer.insert(Sample.organization())
                for account in [account, try Sample.account("acme+ci")] {
                    if account.isRobot { try writer.insert(account) }
                    try writer.put(
                        Membership(organization: Sample.organization(), account: account, permission: .read, created: Sample.date()))
                }
                try writer.add(Sample.repository(credential: CredentialReference(id: Self.credentialID, version: 1)))
                try writer.record(Sample.action())
            }
        } _: { path in
            try await database(in: path).write { try $0.execute(sql: sql) }
            try await body(SQLiteStore(testing: DataDirectory(path)))
        }
    }
}

extension Listing {
    /// Throws if items were omitted.
    fileprivate func expectWhole() throws {
        if omitted > 0 { throw StoreError.unverified(RowName(.repository, "\(omitted) left out")) }
    }
}
