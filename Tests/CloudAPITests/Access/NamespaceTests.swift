import TestSupport
import Testing

@Suite("Namespaces of other accounts")
struct NamespaceTests {
    @Test("A namespace without access responds to every request like one that does not exist, and nothing changes")
    func everyCall() async throws {
        try await TestServer.run { server in
            let mine = Authorization.bearer(try await server.backend.makeAccount("mallory"))
            try await server.makeDocumented()
            let registered = try await server.register("registry.example/a")
            let action = try #require(registered["X-DockerCloud-Action-URI"])
            let before = try await server.everything()
            for call in DocumentedCall.all where call.path.isNamespaced {
                let theirs = try await server.send(call.method, call.path.text(in: "admin"), as: mine, body: call.body)
                let nobodys = try await server.send(call.method, call.path.text(in: "nobody-there"), as: mine, body: call.body)
                #expect(theirs.status == 404, "\(call)")
                #expect(nobodys.status == 404, "\(call)")
                #expect(theirs.text.replacing("admin", with: "nobody-there") == nobodys.text)
                #expect(theirs["X-DockerCloud-Action-URI"] == nil)
            }
            #expect(try await server.send("GET", action, as: mine).status == 404)
            #expect(try await server.send("GET", action.replacing("admin", with: "mallory"), as: mine).status == 404)
            #expect(try await server.send("GET", action).status == 200)
            #expect(try await server.everything() == before)
        }
    }

    @Test("Two accounts can register the same repository; each sees and removes only its own")
    func sameName() async throws {
        try await TestServer.run { server in
            let alice = Authorization.bearer(try await server.backend.makeAccount("alice"))
            for authorization in [Authorization.administrator, alice] {
                #expect(try await server.register(DocumentedPath.name, as: authorization).status == 201)
            }
            let path = TestServer.repositories + DocumentedPath.name + "/"
            let hers = try await server.send("GET", path, as: alice)
            #expect(try hers.json["resource_uri"]?.text == "/api/repo/v1/alice/repository/\(DocumentedPath.name)/")
            #expect(try await server.send("DELETE", path, as: alice).status == 204)
            #expect(try await server.send("GET", path, as: alice).status == 404)
            #expect(try await server.get(path).status == 200)
            #expect(try await server.send("GET", TestServer.registries, as: alice).json["objects"]?.elements.isEmpty == true)
        }
    }

    @Test(
        "A path with an invalid namespace name gets 404",
        arguments: ["Admin", "a", "a_b", "api", "-x", "token", "a--b", "x.y"])
    func noNamespace(_ name: String) async throws {
        try await TestServer.run { server in
            for path in DocumentedPath.all where path.isNamespaced {
                let response = try await server.get(path.text(in: name))
                #expect(response.status == 404)
            }
        }
    }
}
