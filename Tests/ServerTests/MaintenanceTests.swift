import Foundation
import TestSupport
import Testing

@Suite("Maintenance") struct MaintenanceTests {
    @Test("The last use of a key survives a restart, and an unused key has none") func lastUse() async throws {
        let folder = try TemporaryDirectory()
        let (used, unused) = try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            let (used, unused) = (try await admin.makeKey(), try await admin.makeKey())
            let client = APIClient(server, account: "admin", key: try #require(used.key))
            try await #expect(client.call("GET", "/api/repo/v1/repository/").status == 200)
            return (used, unused)
        }
        try await LightermanProcess.with(in: folder) { server in
            let keys = try await APIClient(server).call("GET", "/api/account/v1/apikey/").decoded(ListedPage<KeyObject>.self).objects
            #expect(keys.first { $0.id == used.id }?.last_used_datetime != nil)
            #expect(try #require(keys.first { $0.id == unused.id }).last_used_datetime == nil)
        }
    }

    @Test("The last use of a key is stored even if its request outlasts the drain timeout", .timeLimit(.minutes(1))) func lastUseOfAll()
        async throws
    {
        let folder = try TemporaryDirectory()
        let server = try await LightermanProcess(in: folder, ["--drain-timeout", "1"])
        let client = try APIClient(server)
        let port = try await SilentListener.start()
        async let answer = client.call("POST", "/api/repo/v1/repository/", #"{"name": "127.0.0.1:\#(port.number)/a/b"}"#)
        let started = ContinuousClock.now
        try await port.contacted()
        try await #expect(server.stop() == 0)
        #expect(ContinuousClock.now - started < .seconds(8), "the registry was never asked")
        _ = try? await answer
        port.hangUp()
        try await LightermanProcess.with(in: folder) { server in
            let keys = try await APIClient(server).call("GET", "/api/account/v1/apikey/").decoded(ListedPage<KeyObject>.self).objects
            #expect(keys.count == 1 && keys.allSatisfy { $0.last_used_datetime != nil }, "\(keys)")
        }
    }

    @Test("Actions are kept for the configured time, and the counts of the remaining ones are correct") func retention()
        async throws
    {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            let organization = #"{"name": "acme"}"#
            try await #expect(client.call("POST", "/api/account/v1/organization/", organization).status == 201)
            for number in 0..<5 { try await client.makeUser("user\(number)") }
        }
        let day = 24 * 60 * 60 * 1000
        try await change(folder, "UPDATE actions SET ended = ended - \(9 * day) WHERE object IN ('user0', 'acme')")
        try await change(folder, "UPDATE actions SET ended = ended - \(9 * day) - 60000 WHERE object = 'user3'")
        try await change(folder, "UPDATE actions SET ended = ended - \(8 * day) WHERE object = 'user1'")
        try await LightermanProcess.with(in: folder, ["--audit-retention", "9"]) { server in
            let client = try APIClient(server)
            try await deletedDown(to: 3, client)
            let left = try await client.actions().map(\.object)
            #expect(left == ["user1", "user2", "user4"].map { "/api/account/v1/user/\($0)/" })
            let acme = try await client.call("GET", "/api/audit/v1/acme/action/").decoded(ListedPage<ActionObject>.self)
            #expect(acme.meta.total_count == 0 && acme.objects.isEmpty)
        }
        try await expectRightCounts(folder)
    }

    @Test("Many old actions are deleted in steps, while the server serves requests") func many() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { try await APIClient($0).makeUser("carol") }
        // The one action, copied 2,500 times, each a year older than the retention time.
        try await change(
            folder,
            """
            WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO actions (
                sequence, revision, id, namespace, kind, object_kind, object, state, started, ended, user, key_id, address, method, path, user_agent)
            SELECT sequence - i, -i, printf('00000000-0000-4000-8000-%012d', i), namespace, kind, object_kind, object, state, started,
                ended - 765 * 86400000, user, key_id, address, method, path, user_agent FROM n, actions;
            UPDATE action_counts SET count = count + 2500;
            UPDATE action_revisions SET actions = actions + 2500;
            """)
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            try await deletedDown(to: 1, client)
            try await #expect(client.actions().map(\.object) == ["/api/account/v1/user/carol/"])
        }
        try await expectRightCounts(folder)
    }

    /// Waits until at most this many are left.
    private func deletedDown(to count: Int, _ client: APIClient) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let page = try await client.call("GET", "/api/audit/v1/action/?limit=1").decoded(ListedPage<ActionObject>.self)
            if page.meta.total_count <= count { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func change(_ folder: TemporaryDirectory, _ sql: String) async throws {
        _ = try await run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), sql]).succeeded()
    }

    private func expectRightCounts(_ folder: TemporaryDirectory) async throws {
        let wrong = """
            SELECT (SELECT count(*) FROM action_counts c WHERE c.count != (SELECT count(*) FROM actions a WHERE a.namespace = c.namespace))
                + (SELECT abs(actions - (SELECT count(*) FROM actions)) FROM action_revisions)
            """
        try await #expect(run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), wrong]).succeeded() == "0\n")
    }
}
