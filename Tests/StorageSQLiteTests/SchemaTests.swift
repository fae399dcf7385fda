import Domain
import Foundation
import GRDB
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

@Suite("The schema")
struct SchemaTests {
    @Test("Opening an up-to-date database does not change its schema")
    func idempotent() async throws {
        try await withClosedDatabase { _ in
        } _: { path in
            let first = try await schema(in: path)
            #expect(first.contains { $0.contains("CREATE TABLE repositories") })
            for _ in 0..<3 {
                _ = try SQLiteStore(testing: DataDirectory(path))
                #expect(try await schema(in: path) == first)
            }
        }
    }

    @Test("A database of the first migration is migrated with all data, and all of its names are reserved")
    func firstStep() async throws {
        try await withTemporaryDirectory { folder in
            let path = "\(folder)/data"
            _ = try DataDirectory(path)
            try await makeFirstStep(in: path)
            try await edit(path, Self.firstRows)
            let store = try SQLiteStore(testing: DataDirectory(path))
            #expect(try await store.write { try $0.signRows(verifiedBy: nil) } == 2)
            let found = try #require(try await store.read { try $0.apiKey("abcdefghijkl") })
            #expect(found.account.name.description == "carol" && found.account.isAdministrator && !found.account.isRobot)
            #expect(found.key.hash == [9, 8, 7] && found.key.scopes == [.pull, .accountAdmin])
            #expect(found.key.restriction == APIKey.Restriction() && found.key.lastUsed == nil && found.key.revoked == nil)
            #expect(try await store.read { try $0.apiKeys(of: found.account.id, after: nil, page: Sample.page()).items } == [found.key])
            #expect(try await store.read { try $0.users(where: UserFilter(), page: Sample.page()).items } == [found.account])
            let actions = try await store.read { try $0.actions(in: found.account.name.namespace, page: Sample.page()) }
            let trail = try await store.read { try $0.actions(in: nil, where: ActionFilter(user: "carol"), page: Sample.page()) }
            let total = try await store.read { try $0.actions(in: nil, where: ActionFilter(), page: Sample.page()).total }
            #expect([actions.total, trail.total, total] == [1, 1, 1])
            #expect(trail.items == actions.items)
            #expect(actions.items.map(\.object) == [.repository(try Sample.name("a.example/a"))])
            #expect(actions.items.first?.status == nil && actions.items.first?.ended == Sample.date(5000))
            await #expect(throws: StoreError.duplicate) { try await store.write { try $0.insert(Sample.organization("carol")) } }
            #expect(try await store.integrityCheck() == "ok")
        }
    }

    @Test("A migrated database has the schema of a new one, so no released migration was edited")
    func frozen() async throws {
        try await withTemporaryDirectory { folder in
            for path in ["\(folder)/old", "\(folder)/new"] {
                _ = try DataDirectory(path)
                if path.hasSuffix("old") { try await makeFirstStep(in: path) }
                _ = try SQLiteStore(testing: DataDirectory(path))
            }
            let (old, new) = (try await schema(in: "\(folder)/old"), try await schema(in: "\(folder)/new"))
            #expect(Set(old) == Set(new))
            #expect(old.contains { $0.contains("CREATE TABLE memberships") })
        }
    }

    @Test("The migration marks verified credentials as accepted and responding registries as reached")
    func accepted() async throws {
        try await withTemporaryDirectory { folder in
            let path = "\(folder)/data"
            _ = try DataDirectory(path)
            try await makeFirstStep(in: path)
            for (number, row) in Self.verifiedRows.enumerated() {
                try await edit(
                    path,
                    """
                    INSERT INTO registries VALUES ('\(number).example', 1, 0, 0, NULL, NULL);
                    INSERT INTO repositories (id, namespace, name, authority, state, pull, push, silences, created, modified)
                        VALUES ('\(UUID())', 'team', '\(number).example/a', '\(number).example', '\(row.state)', '\(row.pull)',
                            'unknown', 0, 0, 0);
                    INSERT INTO repository_counts VALUES ('team', '\(number).example', 1);
                    """)
            }
            try await edit(path, "INSERT INTO registries VALUES ('unused.example', 1, 1, 0, NULL, NULL)")
            let store = try SQLiteStore(testing: DataDirectory(path))
            _ = try await store.write { try $0.signRows(verifiedBy: nil) }
            for (number, row) in Self.verifiedRows.enumerated() {
                let repository = try #require(
                    try await store.read { try $0.repository(Sample.name("\(number).example/a"), in: Sample.team()) })
                #expect(repository.verification.isAccepted == row.isAccepted, "\(row)")
                let registry = try await store.read { try $0.registry(repository.name.authority) }
                #expect(registry?.isReached == row.isReached, "\(row)")
            }
            #expect(try await store.read { try $0.registry(Sample.authority("unused.example"))?.isReached } == false)
        }
    }

    private static let verifiedRows: [(state: String, pull: String, isAccepted: Bool, isReached: Bool)] = [
        ("Verified", "yes", true, true), ("Verified", "unknown", true, true), ("Absent", "unknown", true, true),
        ("Rejected", "unknown", false, true), ("Rejected", "yes", true, true), ("Unreachable", "unknown", false, false),
        ("Unreachable", "yes", true, false), ("Unreachable", "no", false, false), ("Unverified", "unknown", false, false),
        ("Unverified", "yes", true, false),
    ]

    @Test("The migration finds the registries with due repositories, and deletes counters of zero")
    func dueRegistries() async throws {
        try await withTemporaryDirectory { folder in
            let path = "\(folder)/data"
            _ = try DataDirectory(path)
            try await makeFirstStep(in: path)
            for (number, due) in ["1000", "3000", "NULL"].enumerated() {
                try await edit(
                    path,
                    """
                    INSERT INTO registries VALUES ('\(number).example', 1, 0, 0, NULL, NULL);
                    INSERT INTO repositories (id, namespace, name, authority, state, pull, push, due, silences, created, modified)
                        VALUES ('\(UUID())', 'team', '\(number).example/a', '\(number).example', 'Verified', 'yes', 'yes', \(due), 0, 0, 0);
                    INSERT INTO repository_counts VALUES ('team', '\(number).example', \(number == 0 ? 0 : 1));
                    """)
            }
            let store = try SQLiteStore(testing: DataDirectory(path))
            _ = try await store.write { try $0.signRows(verifiedBy: nil) }
            for (date, count) in [(Int64(999), 0), (1000, 1), (3000, 2)] {
                let due = try await store.read { try $0.repositories(dueAt: Sample.date(date), except: [], turn: 0, limit: 9) }
                #expect(due.map(\.name.description) == ["0.example/a", "1.example/a"].prefix(count).map { $0 })
            }
            let counters = try await database(in: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM repository_counts") }
            #expect(counters == 2)
        }
    }

    @Test("The migration counts the repositories in each state")
    func counts() async throws {
        try await withTemporaryDirectory { folder in
            let path = "\(folder)/data"
            _ = try DataDirectory(path)
            try await makeFirstStep(in: path)
            try await edit(path, "INSERT INTO registries VALUES ('a.example', 1, 0, 0, NULL, NULL)")
            for (number, state) in ["Verified", "Rejected", "Verified", "Unreachable"].enumerated() {
                try await edit(
                    path,
                    """
                    INSERT INTO repositories (id, namespace, name, authority, state, pull, push, silences, created, modified)
                        VALUES ('\(UUID())', 'team', 'a.example/\(number)', 'a.example', '\(state)', 'yes', 'yes', 0, 0, 0);
                    """)
            }
            let store = try SQLiteStore(testing: DataDirectory(path))
            _ = try await store.write { try $0.signRows(verifiedBy: nil) }
            #expect(
                try await store.read { try $0.repositoryCounts() }
                    == [.verified: 2, .rejected: 1, .unreachable: 1, .absent: 0, .unverified: 0])
            // Only changes to Rejected have a number.
            #expect(try await store.read { try $0.lastRejection() } == 0)
            #expect(try await store.read { try $0.rejectedRepositories(after: 0, limit: 9).repositories } == [])
        }
    }

    @Test("The migration keeps the trusted time of the clock and the limit of the last deletions", arguments: [true, false])
    func runningTime(hasJumped: Bool) async throws {
        try await withClosedDatabase { _ in
        } _: { path in
            try await edit(
                path,
                """
                DELETE FROM grdb_migrations WHERE identifier = '19 running time';
                DROP TRIGGER repositories_due_inserted; DROP TRIGGER repositories_due_updated; DROP TRIGGER repositories_due_deleted;
                CREATE TRIGGER repositories_due_inserted AFTER INSERT ON repositories BEGIN SELECT 1; END;
                CREATE TRIGGER repositories_due_updated AFTER UPDATE ON repositories BEGIN SELECT 1; END;
                CREATE TRIGGER repositories_due_deleted AFTER DELETE ON repositories BEGIN SELECT 1; END;
                DROP TABLE due_namespaces; DROP INDEX repositories_namespace_due; DROP TABLE retention;
                CREATE INDEX repositories_silent_due ON repositories (authority, is_silent, due) WHERE due IS NOT NULL;
                CREATE TABLE retention (only INTEGER PRIMARY KEY, trusted INTEGER NOT NULL, seen INTEGER, steady INTEGER NOT NULL,
                    began INTEGER, ceiling INTEGER) STRICT;
                INSERT INTO retention VALUES (1, 1000, \(hasJumped ? "9000, 3000, NULL, NULL" : "NULL, 0, 700, 800"));
                """)
            let store = try SQLiteStore(testing: DataDirectory(path))
            let expected =
                hasJumped
                ? RetentionRecord(trusted: Sample.date(1000), claim: .init(expected: Sample.date(9000), steady: 3))
                : RetentionRecord(trusted: Sample.date(1000), window: .init(began: 0, ceiling: Sample.date(800)))
            #expect(try await store.read { try $0.retention() } == expected)
        }
    }

    @Test("The migration names the accounts of all memberships, including those that an earlier version did not name")
    func names() async throws {
        try await withClosedDatabase { store in
            try await store.write { writer in
                try writer.insert(Sample.organization())
                for name in ["carol", "acme+ci", "bob"] {
                    let account = try Sample.account(name)
                    try writer.insert(account)
                    try writer.put(
                        Membership(organization: Sample.organization(), account: account, permission: .read, created: Sample.date()))
                }
            }
        } _: { path in
            try await edit(
                path,
                """
                DROP INDEX memberships_name; DROP INDEX accounts_disabled;
                ALTER TABLE memberships DROP COLUMN name;
                ALTER TABLE memberships ADD COLUMN person TEXT;
                UPDATE memberships SET person = 'carol' WHERE account = (SELECT id FROM accounts WHERE name = 'carol');
                CREATE INDEX memberships_person ON memberships (organization, person) WHERE person IS NOT NULL;
                CREATE INDEX memberships_organization ON memberships (organization);
                DELETE FROM grdb_migrations WHERE identifier LIKE '18 %';
                """)
            let store = try SQLiteStore(testing: DataDirectory(path))
            for (robots, names) in [(false, ["bob", "carol"]), (true, ["acme+ci"])] {
                let listing = try await store.read {
                    try $0.members(of: Sample.organization().name, robots: robots, after: nil, page: Sample.page())
                }
                #expect(listing.items.map(\.account.name.description) == names && listing.total == names.count)
            }
        }
    }

    private func makeFirstStep(in path: String) async throws {
        try await edit(path, "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY); \(FirstSchema.sql)")
        try await edit(path, "INSERT INTO grdb_migrations VALUES ('\(FirstSchema.name)')")
    }

    private static let firstRows = """
        INSERT INTO accounts VALUES ('5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e', 'carol', 1, 0, 1000);
        INSERT INTO api_keys VALUES
            ('abcdefghijkl', '5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e', x'090807', 'first', 'account:admin pull', 1000, NULL, NULL);
        INSERT INTO actions (id, namespace, kind, object_kind, object, state, started, ended, user, address, method, path, user_agent)
            VALUES ('01234567-89ab-4def-8123-456789abcdef', 'carol', 'Repository Create', 'repository', 'a.example/a', 'Success',
                4000, 5000, 'carol', '', '', '', '');
        INSERT INTO action_counts VALUES ('carol', 1);
        """

    @Test("All tables are STRICT")
    func strict() async throws {
        try await withClosedDatabase { _ in
        } _: { path in
            let lenient = try await database(in: path).read { db in
                try String.fetchAll(
                    db, sql: "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")
            }
            #expect(lenient == ["grdb_migrations"])
        }
    }

    @Test("A database of a newer version is refused and not changed")
    func superseded() async throws {
        let repository = try Sample.repository()
        try await withClosedDatabase { store in
            try await store.write { try $0.add(repository) }
        } _: { path in
            try await edit(path, "INSERT INTO grdb_migrations (identifier) VALUES ('1000 from the future')")
            let before = try await schema(in: path)
            #expect(throws: StoreError.superseded) { try SQLiteStore(testing: DataDirectory(path)) }
            #expect(try await schema(in: path) == before)

            try await edit(path, "DELETE FROM grdb_migrations WHERE identifier LIKE '1000%'")
            let store = try SQLiteStore(testing: DataDirectory(path))
            #expect(try await store.find(repository) == repository)
        }
    }

    @Test("A database with unknown migrations is refused even if known ones are missing")
    func supersededAndIncomplete() async throws {
        try await withTemporaryDirectory { folder in
            let path = "\(folder)/data"
            _ = try DataDirectory(path)
            try await edit(path, "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            try await edit(path, "INSERT INTO grdb_migrations VALUES ('1000 from the future')")
            #expect(throws: StoreError.superseded) { try SQLiteStore(testing: DataDirectory(path)) }
            #expect(try await schema(in: path).filter { $0.contains("repositories") } == [])
        }
    }

    @Test("A file that is not a database is reported as unavailable and not overwritten")
    func garbage() async throws {
        try await withTemporaryDirectory { folder in
            let directory = try DataDirectory("\(folder)/data")
            let bytes = Data(repeating: UInt8(ascii: "x"), count: 10_000)
            try bytes.write(to: URL(fileURLWithPath: directory.database))
            #expect {
                try SQLiteStore(testing: directory)
            } throws: {
                if case StoreError.unavailable = $0 { true } else { false }
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: directory.database)) == bytes)
        }
    }

    private func schema(in path: String) async throws -> [String] {
        try await database(in: path).read { db in
            try String.fetchAll(db, sql: "SELECT coalesce(sql, name) FROM sqlite_schema UNION ALL SELECT identifier FROM grdb_migrations")
        }
    }

    private func edit(_ path: String, _ sql: String) async throws {
        try await database(in: path).write { try $0.execute(sql: sql) }
    }
}
