import Domain
import TestSupport
import Testing
import Wire

@Suite("Restricted API keys")
struct RestrictionTests {
    private let scopes = #""scopes": ["repository:read", "repository:write", "audit:read", "account:admin"]"#

    @Test("A key restricted to a namespace uses it by default, and is rejected in others")
    func namespace() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            try await server.backend.makeOrganization("umbrella")
            let key = Authorization.bearer(try await server.makeKey(#"{\#(scopes), "namespace": "acme"}"#).key)
            let added = try await server.send("POST", TestServer.repositories, as: key, body: #"{"name": "registry.example/a"}"#)
            #expect(added.status == 201)
            #expect(try added.json["resource_uri"]?.text == "/api/repo/v1/acme/repository/registry.example/a/")
            #expect(added["X-DockerCloud-Action-URI"]?.hasPrefix("/api/audit/v1/acme/action/") == true)
            for path in [
                TestServer.repositories, TestServer.registries, TestServer.actions, "/api/account/v1/robot/", TestServer.members,
                TestServer.acme,
            ] {
                #expect(try await server.status("GET", path, as: key) == 200, "\(path)")
            }
            #expect(
                try await server.list(TestServer.registries, as: key).first?["resource_uri"]?.text?.hasPrefix("/api/repo/v1/acme/") == true)
            for path in [
                "/api/repo/v1/admin/repository/", "/api/repo/v1/umbrella/repository/", "/api/audit/v1/admin/action/",
                TestServer.organizations + "umbrella/", "/api/account/v1/umbrella/robot/",
            ] {
                let refused = try await server.send("GET", path, as: key)
                #expect(refused.status == 403, "\(path)")
                #expect(refused.error == "The API key is restricted to the namespace 'acme': use a key without this restriction")
            }
            for path in [TestServer.users, TestServer.users + "admin/", TestServer.organizations, TestServer.keys] {
                #expect(try await server.status("GET", path, as: key) == 403, "\(path)")
            }
            #expect(try await server.status("GET", "/api/repo/v1/nowhere/repository/", as: key) == 404)
        }
    }

    @Test("A key restricted to an organization is useless after its account has left")
    func left() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            let bob = Authorization.bearer(try await server.backend.makeMember("bob", .read))
            let key = Authorization.bearer(try await server.makeKey(#"{"namespace": "acme"}"#, as: bob).key)
            #expect(try await server.status("GET", TestServer.repositories, as: key) == 200)
            try await server.call("DELETE", TestServer.members + "bob/")
            #expect(try await server.status("GET", TestServer.repositories, as: key) == 404)
            #expect(try await server.status("GET", "/api/repo/v1/bob/repository/", as: key) == 403)
        }
    }

    private let inside = ["registry.example/team/a", "registry.example/team/b/c"]
    private let outside = ["registry.example/team", "registry.example/team2/a", "registry.example:5000/team/a", "other.example/team/a"]

    @Test("A key restricted to repositories sees and counts only those in lists, on every page")
    func lists() async throws {
        try await TestServer.run { server in
            for name in inside + outside + ["ubuntu"] { try await server.register(name) }
            let key = Authorization.bearer(try await server.makeKey(#"{"repositories": ["registry.example/team/*", "ubuntu"]}"#).key)
            let all = ["docker.io/library/ubuntu"] + inside
            #expect(try await server.send("GET", TestServer.repositories, as: key).names == all)
            for offset in 0...3 {
                let page = try await server.send("GET", TestServer.repositories + "?limit=1&offset=\(offset)", as: key)
                #expect(try page.names == Array(all.dropFirst(offset).prefix(1)))
                #expect(try page.json["meta"]?["total_count"]?.number == 3)
                #expect(try (page.json["meta"]?["next"] == .null) == (offset >= 2))
            }
            for (query, names) in [
                ("?name=other.example/team/a", []), ("?name__contains=team/a", [inside[0]]), ("?registry=other.example", []),
            ] {
                let page = try await server.send("GET", TestServer.repositories + query, as: key)
                #expect(try page.names == names)
                #expect(try page.json["meta"]?["total_count"]?.number == names.count)
            }
            let registries = try await server.list(TestServer.registries, as: key).compactMap { $0["host"]?.text }
            #expect(Set(registries) == ["registry-1.docker.io", "registry.example"])
            #expect(try await server.status("GET", TestServer.registries + "other.example/", as: key) == 404)
        }
    }

    @Test("A key restricted to repositories gets 403 for others, whether they exist or not, and nothing is requested or changed")
    func others() async throws {
        try await TestServer.run { server in
            for name in inside + outside { try await server.register(name) }
            let limit = #""repositories": ["registry.example/team/*"]"#
            let key = Authorization.bearer(try await server.makeKey(#"{"scopes": ["repository:read", "repository:write"], \#(limit)}"#).key)
            let (before, asked) = (try await server.everything(), server.backend.verifier.requests.count)
            for name in outside + ["registry.example/nothing"] {
                let path = TestServer.repositories + name + "/"
                for (method, target, body) in [
                    ("GET", path, nil), ("DELETE", path, nil), ("PATCH", path, #"{"username": "u", "password": "p"}"#),
                    ("POST", TestServer.repositories, #"{"name": "\#(name)"}"#),
                    ("POST", "/api/repo/v1/verification/", #"{"name": "\#(name)"}"#),
                ] {
                    let response = try await server.send(method, target, as: key, body: body)
                    #expect(response.status == 403, "\(method) \(name)")
                    #expect(response.error == "The API key is restricted to registry.example/team/*: use a key without this restriction")
                }
            }
            #expect(try await server.everything() == before)
            #expect(server.backend.verifier.requests.count == asked)
            #expect(try await server.status("GET", TestServer.repositories + inside[0] + "/", as: key) == 200)
            #expect(try await server.status("POST", TestServer.repositories, #"{"name": "registry.example/team/new"}"#, as: key) == 201)
            #expect(try await server.status("DELETE", TestServer.repositories + inside[1] + "/", as: key) == 204)
            #expect(try await server.status("GET", TestServer.repositories + "registry.example/team/none/", as: key) == 404)
        }
    }

    @Test("A key restricted to repositories approves no registry by using it; an administrator's key does")
    func approval() async throws {
        try await TestServer.run { server in
            let limited = #"{"scopes": ["account:admin", "repository:write"], "repositories": ["registry.local/*"]}"#
            let key = Authorization.bearer(try await server.makeKey(limited).key)
            try await server.register("registry.local/a", as: key)
            #expect(server.backend.verifier.requests.last?.registry.trust.networks.isEmpty == true)
            try await server.register("registry.local/b")
            #expect(server.backend.verifier.requests.last?.registry.trust.networks.isEmpty == false)
        }
    }
}
