import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

@Suite("Verification of authenticated rows")
struct RowVerificationTests {
    /// A change with write access to the database, and the rows that are not used afterwards.
    struct Forgery: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let rows: Set<RowName.Kind>

        init(_ sql: String, _ rows: RowName.Kind...) {
            testDescription = sql
            self.rows = Set(rows)
        }
    }

    static let forgeries = [
        Forgery("UPDATE accounts SET is_administrator = 1 WHERE name = 'team'", .account),
        Forgery("UPDATE accounts SET is_disabled = 0 WHERE name = 'others'", .account),
        Forgery("UPDATE accounts SET name = 'third' WHERE name = 'team'", .account),
        Forgery("UPDATE accounts SET id = 'E621E1F8-C36C-495A-93FC-0C247A3E6E5F' WHERE name = 'team'", .account),
        Forgery("UPDATE api_keys SET account = (SELECT id FROM accounts WHERE name = 'others')", .apikey),
        Forgery("UPDATE api_keys SET scopes = 'account:admin pull'", .apikey),
        Forgery("UPDATE api_keys SET namespace = NULL", .apikey),
        Forgery("UPDATE api_keys SET namespace = 'team'", .apikey),
        Forgery("UPDATE api_keys SET repositories = ''", .apikey),
        Forgery("UPDATE api_keys SET repositories = 'registry.example/* registry.example/team/image'", .apikey),
        Forgery("UPDATE api_keys SET expires = NULL", .apikey),
        Forgery("UPDATE api_keys SET expires = expires + 1", .apikey),
        Forgery("UPDATE api_keys SET revoked = 1 WHERE revoked IS NULL", .apikey),
        Forgery("UPDATE api_keys SET hash = x'01'", .apikey),
        Forgery("UPDATE api_keys SET id = 'bbbbbbbbbbbb' WHERE id = 'aaaaaaaaaaaa'", .apikey),
        Forgery("UPDATE memberships SET permission = 'admin'", .membership),
        Forgery("UPDATE memberships SET account = (SELECT id FROM accounts WHERE name = 'others')", .membership),
        Forgery("UPDATE registries SET is_ssl = 0", .registry),
        Forgery("UPDATE registries SET is_ssl = NULL", .registry),
        Forgery("UPDATE registries SET is_approved = 1", .registry),
        Forgery("UPDATE registries SET is_plain_http = 1", .registry),
        Forgery("UPDATE registries SET certificate_authorities = 'x'", .registry),
        Forgery("UPDATE registries SET realm = 'https://evil.example/token'", .registry),
        Forgery("UPDATE registries SET realm = certificate_authorities, certificate_authorities = realm", .registry),
        Forgery("UPDATE repositories SET credential = (SELECT max(id) FROM credentials WHERE id <> credential)", .repository),
        Forgery("UPDATE repositories SET credential = NULL", .repository),
        Forgery("UPDATE repositories SET namespace = 'others' WHERE namespace = 'team'", .repository),
        Forgery("UPDATE repositories SET name = name || 'x'", .repository),
        Forgery("UPDATE accounts SET code = NULL", .account), Forgery("UPDATE api_keys SET code = NULL", .apikey),
        Forgery("UPDATE memberships SET code = NULL", .membership), Forgery("UPDATE registries SET code = NULL", .registry),
        Forgery("UPDATE repositories SET code = x''", .repository),
        Forgery(swap("repositories", by: "id"), .repository), Forgery(swap("accounts", by: "id"), .account),
        Forgery("UPDATE api_keys SET code = (SELECT code FROM accounts LIMIT 1)", .apikey),
    ]

    private static func swap(_ table: String, by key: String) -> String {
        "UPDATE \(table) AS one SET code = (SELECT code FROM \(table) AS other WHERE other.\(key) <> one.\(key) LIMIT 1)"
    }

    @Test("A row that was changed outside of the server does not verify, and the others do", arguments: forgeries)
    func forged(_ forgery: Forgery) async throws {
        try await withFilled { store, database in
            #expect(try await store.read { try $0.unverifiedRows(limit: 100) } == [])
            #expect(try await Self.refused(in: store) == [])
            try await database.write { try $0.execute(sql: forgery.testDescription) }
            let found = try await store.read { try $0.unverifiedRows(limit: 100) }
            #expect(Set(found.map(\.name.kind)) == forgery.rows, "\(found)")
            // Rows of accounts and memberships are also read by joins.
            #expect(try await Self.refused(in: store).isSuperset(of: forgery.rows))
            #expect(Set(store.rows.takeFailures().map(\.kind)).isSuperset(of: forgery.rows))
        }
    }

    @Test("A code of an earlier state of the row does not verify a later state")
    func older() async throws {
        try await withFilled { store, database in
            let code = try await database.read { try Data.fetchOne($0, sql: "SELECT code FROM api_keys") }
            try await store.write { try $0.revoke("aaaaaaaaaaaa", at: Sample.date()) }
            #expect(try await store.read { try $0.apiKey("aaaaaaaaaaaa") }?.key.revoked == Sample.date())
            try await database.write { try $0.execute(sql: "UPDATE api_keys SET code = ?", arguments: [code]) }
            let row = RowName(.apikey, "aaaaaaaaaaaa")
            await #expect(throws: StoreError.unverified(row)) { try await store.read { try $0.apiKey("aaaaaaaaaaaa") } }
            // A change of another value does not sign the row.
            await #expect(throws: StoreError.unverified(row)) { try await store.write { try $0.revoke("aaaaaaaaaaaa", at: Sample.date()) } }
            try await database.write { try $0.execute(sql: "UPDATE api_keys SET revoked = NULL") }
            #expect(try await store.read { try $0.apiKey("aaaaaaaaaaaa") }?.key.revoked == nil, "an older row and its code")
        }
    }

    @Test("Rows verify after changes by the server")
    func changes() async throws {
        try await withFilled { store, _ in
            try await store.write { writer in
                var account = try #require(try writer.account(Sample.account("team").name))
                account.isDisabled = true
                try writer.update(account)
                try writer.revoke("aaaaaaaaaaaa", at: Sample.date())
                try writer.noteUse(["aaaaaaaaaaaa": Sample.date()])
                var membership = try #require(try writer.memberships(of: account.id, after: nil, page: Sample.page()).items.first)
                membership.permission = .write
                try writer.put(membership)
                try writer.upsert(
                    Registry(authority: Sample.authority(), isSSL: nil, trust: RegistryTrust(isApproved: true), isReached: true))
                var repository = try #require(try writer.all(in: Sample.team()).items.first)
                repository.credential = nil
                try writer.update(repository)
                try writer.note(Repository.Use(date: Sample.date(), account: "team"), ofPush: true, on: repository.id)
            }
            #expect(try await store.read { try $0.unverifiedRows(limit: 100) } == [])
            #expect(try await Self.refused(in: store) == [])
        }
    }

    @Test("Changing an unauthenticated column does not make an edited row verify")
    func laundering() async throws {
        try await withFilled { store, database in
            try await database.write { try $0.execute(sql: "UPDATE registries SET realm = 'https://evil.example/token'") }
            let authority = try Sample.authority()
            await #expect(throws: StoreError.unverified(RowName(.registry, "registry.example"))) {
                try await store.write { try $0.upsert(Registry(authority: authority, isSSL: true)) }
            }
            try await database.write { try $0.execute(sql: "UPDATE accounts SET is_administrator = 1 WHERE name = 'team'") }
            try await store.write { try $0.noteUse(["aaaaaaaaaaaa": Sample.date()]) }
            #expect(try await store.read { try $0.administratorCount() } == 0)
        }
    }

    @Test("Signing a reviewed row makes it verify; an unreadable row is not signed")
    func signing() async throws {
        try await withFilled { store, database in
            try await database.write { try $0.execute(sql: "UPDATE accounts SET is_administrator = 1 WHERE name = 'team'") }
            let row = try #require(try await store.read { try $0.unverifiedRows(limit: 9) }.first)
            #expect(row.content == "name='team' is_administrator=yes is_disabled=no")
            try await store.write { try $0.signRow(row.name) }
            #expect(try await store.read { try $0.unverifiedRows(limit: 9) } == [])
            try await database.write { try $0.execute(sql: "UPDATE accounts SET name = 'No name' WHERE name = 'team'") }
            #expect(try await store.read { try $0.unverifiedRows(limit: 9) } == [UnverifiedRow(name: row.name, content: nil)])
            await #expect(throws: StoreError.unreadable("column account_name")) { try await store.write { try $0.signRow(row.name) } }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.signRow(RowName(.apikey, "nobody")) } }
        }
    }

    @Test("Authenticated rows can be neither read nor written before the key is set")
    func locked() async throws {
        try await withTemporaryDirectory { folder in
            let store = try SQLiteStore(in: DataDirectory("\(folder)/data"))
            await #expect(throws: StoreError.self) { try await store.write { try $0.insert(Sample.account()) } }
            #expect(try await store.read { try $0.account(Sample.account().name) } == nil)
            store.rows.use(SampleAuthenticator())
            try await store.write { try $0.insert(Sample.account()) }
            store.rows.use(SampleAuthenticator(key: 7))
            await #expect {
                try await store.read { try $0.account(Sample.account().name) }
            } throws: {
                if case StoreError.unverified = $0 { true } else { false }
            }
        }
    }

    /// The kinds of rows that look-ups refuse or lists omit.
    private static func refused(in store: SQLiteStore) async throws -> Set<RowName.Kind> {
        try await store.read { reader in
            var kinds: Set<RowName.Kind> = []
            func attempt(_ body: () throws -> Void) throws {
                do { try body() } catch StoreError.unverified(let row) { kinds.insert(row.kind) }
            }
            for id in ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] { try attempt { _ = try reader.apiKey(id) } }
            let everything = try Sample.page()
            if try reader.users(where: UserFilter(), page: everything).omitted > 0 { kinds.insert(.account) }
            for account in try reader.users(where: UserFilter(), page: everything).items {
                if try reader.apiKeys(of: account.id, after: nil, page: everything).omitted > 0 { kinds.insert(.apikey) }
                if try reader.memberships(of: account.id, after: nil, page: everything).omitted > 0 { kinds.insert(.membership) }
                try attempt { _ = try reader.permission(of: account.id, in: Sample.organization().name) }
            }
            try attempt { _ = try reader.registry(Sample.authority()) }
            if try reader.registries(in: Sample.team()).omitted > 0 { kinds.insert(.registry) }
            for namespace in [try Sample.team(), try Sample.others()] {
                if try reader.all(in: namespace).omitted > 0 { kinds.insert(.repository) }
            }
            return kinds
        }
    }

    private func withFilled(_ body: (SQLiteStore, DatabaseQueue) async throws -> Void) async throws {
        try await withTemporaryDirectory { folder in
            let store = try SQLiteStore(testing: DataDirectory("\(folder)/data"))
            try await store.write { writer in
                let (account, other) = (try Sample.account("team"), try Sample.account("others", isDisabled: true))
                for account in [account, other] { try writer.insert(account) }
                let restriction = APIKey.Restriction(
                    namespace: try Sample.organization().name, repositories: [try RepositoryPattern(parsing: "registry.example/*")])
                try writer.insert(
                    APIKey(
                        id: "aaaaaaaaaaaa", account: account.id, hash: [9], label: "key", scopes: [.pull], restriction: restriction,
                        created: Sample.date(), expires: Sample.date(1_800_000_000_000)))
                try writer.insert(Sample.organization())
                try writer.put(
                    Membership(organization: Sample.organization(), account: account, permission: .read, created: Sample.date()))
                try writer.configure(
                    Registry(
                        authority: Sample.authority(), isSSL: true,
                        trust: RegistryTrust(certificateAuthorities: "pem", realm: "https://registry.example/token")))
                for name in ["image", "neighbour"] {
                    try writer.add(
                        Sample.repository("registry.example/team/\(name)", credential: CredentialReference(id: UUID(), version: 1)))
                }
            }
            try await body(store, database(in: "\(folder)/data"))
        }
    }
}
