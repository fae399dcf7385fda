import Domain
import Naming
import Operations
import TestSupport
import Testing

@testable import CloudAPI

@Suite("Permissions")
struct RightsTableTests {
    @Test("The rights table contains every request of the API exactly once, and no other")
    func complete() {
        let routes = Route.all.map { "\($0.method) \($0.path)" }
        #expect(Set(routes).count == routes.count)
        #expect(RightsTable.rows.map(\.route).sorted() == routes.sorted())
        #expect(RightsTable.rows.allSatisfy { $0.statuses.count == 13 })
    }

    @Test("Every request gets the status in the rights table, for every caller", arguments: RightsTable.rows)
    func answered(_ row: RightsTable.Row) async throws {
        var rest = row.statuses[...]
        // After a request that changed something, the next caller gets a new server.
        while !rest.isEmpty {
            try await TestServer.run { server in
                let scene = try await Scene(on: server, isEmpty: row.route == "DELETE /api/account/v1/organization/(name)/")
                let before = try await server.everything()
                while let (caller, expected) = rest.popFirst() {
                    let authorization = try #require(scene.callers[caller], "\(caller)")
                    let response = try await server.send(row.method, scene.path(row.path), as: authorization, body: row.body)
                    #expect(response.status == expected, "\(caller): \(response.text)")
                    if row.method != "GET", (200..<300).contains(response.status) { return }
                }
                #expect(try await server.everything() == before)
            }
        }
    }

    /// An organization with a repository, members, robots and a key, and all callers.
    private struct Scene {
        let callers: [String: Authorization]
        private let words: [(pattern: String, word: String)]

        init(on server: TestServer, isEmpty: Bool) async throws {
            let backend = server.backend
            let alice = try await backend.makeAccount("alice")
            try await backend.makeOrganization(admin: "alice")
            let added = try await server.send(
                "POST", "/api/repo/v1/acme/repository/", as: .bearer(alice), body: #"{"name": "registry.example/team/image"}"#)
            let action = try #require(added["X-DockerCloud-Action-URI"]?.split(separator: "/").last)
            let declared = try await server.call(
                "POST", TestServer.acmeServices, #"{"image": "registry.example/team/image:v1", "name": "web"}"#, as: .bearer(alice))
            let service = try #require(declared["uuid"]?.text)
            let reported = try await server.call("PUT", TestServer.agents + "host-1/", AgentReports.report(), as: .bearer(alice))
            let agent = try #require(reported["uuid"]?.text)
            if isEmpty {
                try await server.call("DELETE", "/api/repo/v1/acme/repository/registry.example/team/image/", as: .bearer(alice))
            }
            _ = try await backend.makeAccount("dave")
            _ = try await backend.makeMember("erin", .read)
            let key = try await backend.makeRobot("nightly")
            callers = try await Self.callers(on: backend, alice)
            words = [
                ("[namespace/]", "acme/"), ("repository/(name)", "repository/registry.example/team/image"), ("(host)", "registry.example"),
                ("agent/(uuid)", "agent/\(agent)"), ("agent/(name)", "agent/host-1"), ("service/(uuid)", "service/\(service)"),
                ("(uuid)", String(action)), ("user/(name)", "user/dave"),
                ("organization/(name)", "organization/acme"), ("(user)", "erin"),
                ("robot/(name)", "robot/nightly"), ("(id)", key.keyID),
            ]
        }

        func path(_ pattern: String) -> String {
            words.reduce(pattern) { $0.replacing($1.pattern, with: $1.word) }
        }

        private static func callers(on backend: TestBackend, _ alice: APIKeySecret) async throws -> [String: Authorization] {
            let now = backend.clock.clock.now()
            let disabled = try await backend.makeAccount("frank", isDisabled: true)
            try await backend.addMember("frank", .admin)
            return [
                "nobody": .nobody, "admin": .bearer(alice), "server": .administrator, "disabled": .bearer(disabled),
                "outsider": .bearer(try await backend.makeAccount("mallory")),
                "reader": .bearer(try await backend.makeMember("bob", .read)),
                "writer": .bearer(try await backend.makeMember("carol", .write)),
                "robot": .bearer(try await backend.makeRobot("ci")),
                "narrow": .bearer(try await backend.makeKey(of: "alice", scopes: [.repositoryRead])),
                "elsewhere": .bearer(try await backend.makeKey(of: "alice", restriction: APIKey.Restriction(namespace: "alice", to: []))),
                "patterns": .bearer(try await backend.makeKey(of: "alice", restriction: APIKey.Restriction(to: ["other.example/*"]))),
                "expired": .bearer(try await backend.makeKey(of: "alice", expires: now)),
                "revoked": .bearer(try await backend.makeKey(of: "alice", revoked: now)),
            ]
        }
    }
}
