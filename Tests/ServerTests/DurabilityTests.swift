import Foundation
import TestSupport
import Testing

/// After a kill and restart, acknowledged changes are present, and other changes are present as a whole or not at all.
@Suite("Durability after a kill", .serialized) struct DurabilityTests {
    static let cycles = 200
    static let writers = 4

    @Test("Every acknowledged write survives 200 cycles of writing and kill -9", .timeLimit(.minutes(15)))
    func acknowledgedWritesAreThere() async throws {
        let folder = try TemporaryDirectory()
        var known: [String: Expectation] = [:]
        var acknowledged = 0
        var generator = SystemRandomNumberGenerator()
        for cycle in 0..<Self.cycles {
            let server = try await LightermanProcess(in: folder, ["--log-level", "error"])
            let client = try APIClient(server)
            try await check(known, against: client)
            known = known.filter { $0.value == .present }
            let old = known.keys.sorted().first
            let results = await withTaskGroup(of: [String: Expectation].self) { group in
                for writer in 0..<Self.writers {
                    group.addTask { await write(client, cycle, writer, removing: writer == 0 ? old : nil) }
                }
                let delay = Int.random(in: 5...120, using: &generator)
                try? await Task.sleep(for: .milliseconds(delay))
                try? await server.killAtOnce()
                return await group.reduce(into: [:]) { $0.merge($1) { $1 } }
            }
            acknowledged += results.values.count { $0 != .unknown }
            known.merge(results) { $1 }
        }
        try await checkAtTheEnd(known, in: folder)
        print("\(Self.cycles) cycles: \(acknowledged) registrations and removals were acknowledged, and none was lost")
    }

    private enum Expectation { case present, absent, unknown }

    /// Registers, updates and removes until the server is killed. A request without a response may have taken effect or not.
    private func write(_ client: APIClient, _ cycle: Int, _ writer: Int, removing old: String?) async -> [String: Expectation] {
        var known: [String: Expectation] = [:]
        let collection = "/api/repo/v1/repository/"
        if let old {
            known[old] = .unknown
            guard let answer = try? await client.call("DELETE", "\(collection)\(old)/"), answer.status == 204 else { return known }
            known[old] = .absent
        }
        for number in 0..<1000 {
            let name = "registry.invalid/cycle\(cycle)/writer\(writer)/image\(number)"
            let body = #"{"name": "\#(name)", "username": "carol", "password": "password \#(number)"}"#
            known[name] = .unknown
            guard let answer = try? await client.call("POST", "\(collection)?verify=false", body), answer.status == 201 else { break }
            known[name] = .present
            let update = try? await client.call("PATCH", "\(collection)\(name)/?verify=false", #"{"password": "another"}"#)
            guard update?.status == 202 else { break }
        }
        return known
    }

    private func check(_ known: [String: Expectation], against client: APIClient) async throws {
        let listed = try await names(client)
        for (name, expectation) in known where expectation != .unknown {
            #expect(listed.contains(name) == (expectation == .present), "\(name)")
        }
    }

    private func names(_ client: APIClient) async throws -> Set<String> {
        var names: Set<String> = []
        var path: String? = "/api/repo/v1/repository/?limit=1000"
        while let next = path {
            let answer = try await client.call("GET", next)
            let page = try JSONDecoder().decode(NamePage.self, from: Data(answer.body.utf8))
            names.formUnion(page.objects.map(\.name))
            path = page.meta.next
        }
        return names
    }

    private struct NamePage: Decodable {
        struct Meta: Decodable { let next: String? }
        struct Object: Decodable { let name: String }
        let meta: Meta
        let objects: [Object]
    }

    /// Runs SQLite's own checks, and checks for partial changes: each repository has its sealed credential, each change its action.
    private func checkAtTheEnd(_ known: [String: Expectation], in folder: TemporaryDirectory) async throws {
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            try await check(known, against: client)
            // An update of the password alone succeeds only if the sealed credential can be opened.
            let survivor = try #require(known.first { $0.value == .present }?.key)
            let answer = try await client.call("PATCH", "/api/repo/v1/repository/\(survivor)/?verify=false", #"{"password": "x"}"#)
            #expect(answer.status == 202)
        }
        let questions = [
            "PRAGMA integrity_check": "ok", "SELECT count(*) FROM pragma_foreign_key_check": "0",
            "SELECT count(*) FROM repositories WHERE credential IS NULL": "0",
            """
            SELECT count(*) FROM credentials c WHERE NOT EXISTS
            (SELECT 1 FROM credential_secrets s WHERE s.credential = c.id AND s.version = c.version)
            """: "0",
            "SELECT (SELECT count(*) FROM repositories) - (SELECT sum(count) FROM repository_counts)": "0",
            "SELECT (SELECT count(*) FROM repositories) - (SELECT sum(count) FROM repository_totals)": "0",
            """
            SELECT (SELECT count(*) FROM repositories) - (SELECT count(*) FROM actions WHERE kind = 'Repository Create')
            + (SELECT count(*) FROM actions WHERE kind = 'Repository Delete')
            """: "0",
        ]
        for (question, answer) in questions {
            let result = try await run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), question]).succeeded()
            #expect(result == "\(answer)\n", "\(question)")
        }
    }
}
