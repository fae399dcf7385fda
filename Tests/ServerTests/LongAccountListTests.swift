import TestSupport
import Testing

/// `docker-cloud` and the Swift library, with lists of many pages.
@Suite("docker-cloud with long lists of accounts", .enabled(if: ProgramPath.find("sqlite3") != nil, "sqlite3 is not installed"))
struct LongAccountListTests {
    private static let count = 3_000

    /// Users, members, robots, organizations and keys.
    private static let rows = """
        CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < \(count - 1)) SELECT i FROM n;
        INSERT INTO namespaces (name, created) SELECT printf('%s-%05d', kind, i), 0 FROM n, (SELECT 'user' AS kind UNION SELECT 'org');
        INSERT INTO accounts (id, name, is_administrator, is_disabled, created)
            SELECT printf('%08x-0000-4000-8000-000000000000', i), printf('user-%05d', i), 0, i % 2, 0 FROM n;
        INSERT INTO accounts (id, name, is_administrator, is_disabled, created, organization)
            SELECT printf('%08x-0000-4000-8000-000000000001', i), printf('acme+robot-%05d', i), 0, 0, 0, 'acme' FROM n;
        INSERT INTO memberships (organization, account, name, permission, created)
            SELECT 'acme', id, name, 'read', 0 FROM accounts WHERE NOT is_administrator;
        INSERT INTO organizations (name, created) SELECT printf('org-%05d', i), 0 FROM n;
        INSERT INTO memberships (organization, account, name, permission, created)
            SELECT printf('org-%05d', i), id, name, 'admin', 0 FROM n, accounts WHERE is_administrator;
        INSERT INTO api_keys (id, account, hash, label, scopes, created)
            SELECT printf('key%09d', i), id, randomblob(32), '', 'pull', i / 10 FROM n, accounts WHERE is_administrator;
        """

    @Test("docker-cloud lists 3,000 users, organizations, members, robots and keys, each once", .timeLimit(.minutes(5)))
    func lists() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let made = try await APIClient(server).call("POST", "/api/account/v1/organization/", #"{"name": "acme"}"#)
            #expect(made.status == 201)
        }
        _ = try await run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), Self.rows]).succeeded()
        // Rows that were inserted without the server are not used until they are signed.
        _ = try await run(Binaries.lighterman, ["doctor", "--data", folder.path(of: "data"), "--sign-all", "--rebuild-journal"]).succeeded()
        try await LightermanProcess.with(in: folder) { server in
            let environment = try server.administratorEnvironment()
            func list(_ arguments: String...) async throws -> [String] {
                let result = try await run(Binaries.dockerCloud, arguments + ["-q"], environment: environment, timeout: .seconds(60))
                return try result.succeeded().split(separator: "\n").map(String.init)
            }
            let numbers = (0..<Self.count).map { String(String($0 + 100_000).dropFirst()) }
            #expect(try await list("user", "ls") == ["admin"] + numbers.map { "user-\($0)" })
            #expect(try await list("organization", "ls") == ["acme"] + numbers.map { "org-\($0)" })
            #expect(try await list("member", "ls", "--namespace", "acme") == ["admin"] + numbers.map { "user-\($0)" })
            #expect(try await list("robot", "ls", "--namespace", "acme") == numbers.map { "acme+robot-\($0)" })
            for arguments in [["apikey", "ls"], ["apikey", "ls", "--organization", "acme"]] {
                let result = try await run(Binaries.dockerCloud, arguments + ["-q"], environment: environment, timeout: .seconds(60))
                let ids = try result.succeeded().split(separator: "\n").map(String.init)
                #expect(Array(ids.dropFirst()) == numbers.reversed().map { "key0000\($0)" }, "the key of the first start is the newest")
            }
        }
    }
}
