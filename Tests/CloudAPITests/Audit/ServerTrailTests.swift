import Domain
import TestSupport
import Testing

@Suite("Audit trail of the whole server")
struct ServerTrailTests {
    private static let all = TestServer.actions + "?all_namespaces=true"

    private func run(_ body: (TestServer, Authorization) async throws -> Void) async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            let bob = Authorization.bearer(try await server.backend.makeAccount("bob"))
            #expect(try await server.status("POST", TestServer.repositories, #"{"name": "registry.example/bobs"}"#, as: bob) == 201)
            try await server.register("registry.example/a")
            try await body(server, bob)
        }
    }

    @Test("A server administrator reads the actions of all namespaces, newest first, by pages and filters")
    func administrator() async throws {
        try await run { server, _ in
            let actions = try await server.list(Self.all)
            #expect(actions.prefix(2).map { $0["user"]?.text } == ["admin", "bob"])
            for (query, users) in [
                ("&limit=1", ["admin"]), ("&limit=1&offset=1", ["bob"]), ("&user=bob", ["bob"]), ("&state=Failed", []),
                ("&action=Repository%20Create&limit=5", ["admin", "bob"]),
                ("&object=/api/repo/v1/bob/repository/registry.example/bobs/", ["bob"]),
                ("&repository=registry.example/a", ["admin"]), ("&key_id=\(server.backend.key.keyID)&limit=1", ["admin"]),
            ] {
                #expect(try await server.list(Self.all + query).map { $0["user"]?.text } == users, "\(query)")
            }
            let uri = try #require(try await server.list(Self.all + "&user=bob").first?["resource_uri"]?.text)
            #expect(try await server.get(uri).status == 200)
            #expect(try await server.list("/api/audit/v1/bob/action/").count == 1)
        }
    }

    @Test("Other callers, and restricted keys of an administrator, cannot read the trail of all namespaces")
    func others() async throws {
        try await run { server, bob in
            let restricted = Authorization.bearer(
                try await server.makeKey(#"{"scopes": ["audit:read", "account:admin"], "namespace": "acme"}"#).key)
            let small = Authorization.bearer(try await server.makeKey(#"{"scopes": ["audit:read"]}"#).key)
            let scopeless = Authorization.bearer(try await server.makeKey(#"{"scopes": ["account:admin"]}"#).key)
            for (key, other) in [(bob, "admin"), (restricted, "bob"), (small, "bob"), (scopeless, "bob")] {
                #expect(try await server.status("GET", Self.all, as: key) == 403)
                let status = try await server.status("GET", "/api/audit/v1/\(other)/action/", as: key)
                #expect([403, 404].contains(status))
            }
            #expect(try await server.status("GET", "/api/audit/v1/bob/action/?all_namespaces=true") == 400)
        }
    }
}
