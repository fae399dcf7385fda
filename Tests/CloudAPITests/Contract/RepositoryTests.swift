import TestSupport
import Testing
import Wire

@Suite("Repositories")
struct RepositoryTests {
    private let path = TestServer.repositories + "my.registry.com/myrepo/"
    private let clock = "Mon, 13 Oct 2014 11:01:43 +0000"

    private func expected(_ changes: [String: JSON] = [:]) -> JSON {
        let members: [String: JSON] = [
            "in_use": .bool(false), "name": .string("my.registry.com/myrepo"),
            "registry": .string("/api/repo/v1/admin/registry/my.registry.com/"),
            "resource_uri": .string("/api/repo/v1/admin/repository/my.registry.com/myrepo/"), "state": .string("Verified"),
            "state_reason": .null, "granted": .object(["pull": .string("yes"), "push": .string("unknown")]),
            "checked_datetime": .string(clock), "created_datetime": .string(clock), "modified_datetime": .string(clock),
            "last_pulled_datetime": .null, "last_pulled_by": .null, "last_pushed_datetime": .null, "last_pushed_by": .null,
        ]
        return .object(members.merging(changes) { $1 })
    }

    @Test("Create, read, update, list and delete respond as documented")
    func lifecycle() async throws {
        try await TestServer.run { server in
            let added = try await server.send(
                "POST", TestServer.repositories, body: #"{"password": "p", "name": "my.registry.com/myrepo", "username": "u"}"#)
            #expect(added.status == 201)
            #expect(try added.json == expected())
            #expect(added["Location"] == "/api/repo/v1/admin/repository/my.registry.com/myrepo/")

            let found = try await server.get(path)
            #expect(found.status == 200)
            #expect(try found.json == expected())

            server.backend.clock.advance(by: 3600)
            let later = JSON.string("Mon, 13 Oct 2014 12:01:43 +0000")
            let updated = try await server.send("PATCH", path, body: #"{"password": "new"}"#)
            #expect(updated.status == 202)
            #expect(try updated.json == expected(["checked_datetime": later, "modified_datetime": later]))

            let listed = try await server.get(TestServer.repositories)
            let meta: [String: JSON] = [
                "limit": .number("25"), "next": .null, "offset": .number("0"), "previous": .null, "total_count": .number("1"),
            ]
            #expect(listed.status == 200)
            #expect(try listed.json == .object(["meta": .object(meta), "objects": .array([try updated.json])]))

            let removed = try await server.send("DELETE", path)
            #expect(removed.status == 204)
            #expect(removed.body.isEmpty)
            #expect(try await server.get(path).status == 404)
            #expect(try await server.names().isEmpty)
        }
    }

    @Test("Every response is ASCII JSON with unescaped slashes and a request identifier, and is not cacheable")
    func conventions() async throws {
        try await TestServer.run { server in
            let calls = [
                ("POST", TestServer.repositories, #"{"name": "my.registry.com/myrepo"}"#), ("GET", path, nil),
                ("GET", TestServer.repositories, nil),
                ("PATCH", path, "{}"), ("GET", TestServer.registries, nil), ("GET", TestServer.actions, nil),
                ("POST", TestServer.repositories, #"{"n\u00e4me": "\u00e9\ud83d\udc33"}"#),
                ("POST", TestServer.repositories, #"{"é🐳": 1}"#),
                ("GET", TestServer.repositories + "?n%C3%A4me=1", nil), ("GET", TestServer.repositories + "a/b/", nil), ("PUT", path, nil),
                ("GET", "/healthz", nil), ("GET", "/readyz", nil), ("GET", "/nothing", nil),
            ]
            var identifiers: Set<String> = []
            for (method, target, body) in calls {
                let response = try await server.send(method, target, body: body)
                #expect(response["Content-Type"] == "application/json")
                #expect(response["Cache-Control"] == "no-store")
                #expect(response.body.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
                #expect(!response.text.contains(#"\/"#))
                #expect(throws: Never.self) { try response.json }
                identifiers.insert(try #require(response["X-Request-Id"]))
            }
            #expect(identifiers.count == calls.count)
            #expect(try await server.send("POST", TestServer.repositories, body: #"{"é🐳": 1}"#).error?.contains("'é🐳'") == true)
        }
    }

    @Test("A repository is found by every spelling of its name")
    func aliases() async throws {
        try await TestServer.run { server in
            let spellings = [
                "ubuntu", "library/ubuntu", "docker.io/library/ubuntu", "docker.io/ubuntu", "index.docker.io/library/ubuntu",
                "registry-1.docker.io/library/ubuntu", "DOCKER.IO/ubuntu",
            ]
            #expect(try await server.register("ubuntu").json["name"]?.text == "docker.io/library/ubuntu")
            for spelling in spellings {
                let response = try await server.get(TestServer.repositories + spelling + "/")
                #expect(try response.json["resource_uri"]?.text == "/api/repo/v1/admin/repository/docker.io/library/ubuntu/")
                #expect(try await server.names("?name=\(spelling)") == ["docker.io/library/ubuntu"])
                let again = try await server.register(spelling)
                #expect(again.status == 409)
                #expect(again.error?.contains("'docker.io/library/ubuntu'") == true)
            }
            #expect(try await server.names() == ["docker.io/library/ubuntu"])
            #expect(try await server.send("DELETE", TestServer.repositories + "library/ubuntu/").status == 204)
        }
    }

    @Test(
        "The same name with a port, or in another namespace, is a different repository",
        arguments: [
            ("registry.example/a", "registry.example:443/a"), ("registry.example:5000/a", "registry.example:5001/a"),
            ("localhost/a", "localhost:80/a"),
            ("registry.example/a", "registry.example/a/a"),
        ])
    func distinct(_ first: String, _ second: String) async throws {
        try await TestServer.run { server async throws in
            #expect(try await server.register(first).status == 201)
            #expect(try await server.get(TestServer.repositories + second + "/").status == 404)
            #expect(try await server.register(second).status == 201)
        }
    }
}
