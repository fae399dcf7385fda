import Domain
import TestSupport
import Testing
import Wire

@Suite("Organizations")
struct OrganizationTests {
    @Test("The creator of an organization is its admin and has the rights of an own namespace in it")
    func made() async throws {
        try await TestServer.run { server in
            let alice = Authorization.bearer(try await server.backend.makeAccount("alice"))
            let made = try await server.send("POST", TestServer.organizations, as: alice, body: #"{"name": "acme"}"#)
            #expect(made.status == 201)
            #expect(made["Location"] == TestServer.acme)
            #expect(made["X-DockerCloud-Action-URI"]?.hasPrefix("/api/audit/v1/acme/action/") == true)
            let body: [String: JSON] = [
                "created_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "name": .string("acme"), "permission": .string("admin"),
                "resource_uri": .string(TestServer.acme),
            ]
            #expect(try made.json == .object(body))
            #expect(try await server.call("GET", TestServer.acme, as: alice) == .object(body))
            #expect(try await server.list(TestServer.organizations, as: alice) == [.object(body)])
            let added = try await server.call("POST", "/api/repo/v1/acme/repository/", #"{"name": "registry.example/a"}"#, as: alice)
            #expect(added["resource_uri"]?.text == "/api/repo/v1/acme/repository/registry.example/a/")
            #expect(try await server.list(TestServer.repositories, as: alice).isEmpty)
            #expect(try await server.list("/api/repo/v1/acme/repository/", as: alice) == [added])
        }
    }

    @Test("The list contains the caller's own organizations, sorted by name, by pages")
    func list() async throws {
        try await TestServer.run { server in
            let alice = Authorization.bearer(try await server.backend.makeAccount("alice"))
            for name in ["cc", "aa", "bb"] {
                try await server.call("POST", TestServer.organizations, #"{"name": "\#(name)"}"#, as: alice)
            }
            try await server.call("POST", TestServer.organizations, #"{"name": "ab"}"#)
            #expect(try await server.list(TestServer.organizations, as: alice).map { $0["name"]?.text } == ["aa", "bb", "cc"])
            let page = try await server.call("GET", TestServer.organizations + "?limit=2", as: alice)
            #expect(page["objects"]?.elements.count == 2)
            #expect(page["meta"]?["total_count"]?.number == 3)
            #expect(page["meta"]?["next"]?.text == TestServer.organizations + "?after=bb&limit=2&offset=2")
            #expect(try await server.status("GET", TestServer.organizations + "?name=aa") == 400)
        }
    }

    @Test(
        "Invalid organizations are rejected",
        arguments: [
            "{}", #"{"name": "A"}"#, #"{"name": "acme", "permission": "admin"}"#, #"{"name": ["acme"]}"#,
        ])
    func refused(_ body: String) async throws {
        try await TestServer.run { server async throws in
            #expect(try await server.status("POST", TestServer.organizations, body) == 400)
            #expect(try await server.list(TestServer.organizations).isEmpty)
        }
    }

    @Test("An organization can only be removed without repositories, and the keys of its robots are removed with it")
    func removed() async throws {
        try await TestServer.run { server in
            try await server.call("POST", TestServer.organizations, #"{"name": "acme"}"#)
            let robot = Authorization.bearer(try await server.backend.makeRobot())
            let repository = "/api/repo/v1/acme/repository/registry.example/a/"
            try await server.call("POST", "/api/repo/v1/acme/repository/", #"{"name": "registry.example/a"}"#)
            let refused = try await server.send("DELETE", TestServer.acme)
            #expect(refused.status == 409)
            #expect(refused.error == "The organization 'acme' has repositories, 1 of them: remove them first")
            #expect(try await server.status("GET", repository, as: robot) == 200)
            try await server.call("DELETE", repository)
            let removed = try await server.send("DELETE", TestServer.acme)
            #expect(removed.status == 204)
            #expect(removed.body.isEmpty)
            #expect(removed["X-DockerCloud-Action-URI"] != nil)
            #expect(try await server.status("GET", TestServer.acme) == 404)
            #expect(try await server.status("GET", TestServer.organizations, as: robot) == 401)
            #expect(try await server.list(TestServer.organizations).isEmpty)
        }
    }

    @Test("A user's own namespace is not an organization")
    func ownNamespace() async throws {
        try await TestServer.run { server async throws in
            let own = TestServer.organizations + "admin/"
            for (method, target, body) in [
                ("GET", own, nil), ("DELETE", own, nil), ("GET", own + "member/", nil), ("GET", own + "member/admin/", nil),
                ("POST", own + "member/", #"{"name": "admin", "permission": "read"}"#),
                ("GET", "/api/account/v1/robot/", nil), ("GET", "/api/account/v1/admin/robot/ci/", nil),
                ("POST", "/api/account/v1/robot/", #"{"name": "ci", "permission": "read"}"#),
            ] {
                #expect(try await server.status(method, target, body) == 404, "\(method) \(target)")
            }
        }
    }

    @Test("For an outsider, every request to an organization gets the same response as to one that does not exist")
    func outsiders() async throws {
        try await TestServer.run { server in
            let mallory = Authorization.bearer(try await server.backend.makeAccount("mallory"))
            try await server.makeDocumented()
            for call in DocumentedCall.all {
                let path = call.path.text(in: call.path.isNamespaced ? "acme" : nil)
                guard path.contains("/acme/") else { continue }
                let theirs = try await server.send(call.method, path, as: mallory, body: call.body)
                let nobodys = try await server.send(call.method, path.replacing("acme", with: "nowhere"), as: mallory, body: call.body)
                #expect(theirs.status == 404, "\(call)")
                #expect(nobodys.status == 404)
                #expect(theirs.text.replacing("acme", with: "nowhere") == nobodys.text)
                let fields = { (response: RawResponse) in Set(response.fields.map(\.name)) }
                #expect(fields(theirs) == fields(nobodys))
            }
        }
    }
}
