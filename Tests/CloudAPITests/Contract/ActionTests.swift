import Domain
import TestSupport
import Testing
import Wire

@Suite("The audit trail")
struct ActionTests {
    @Test("The action of a change can be fetched, and shows account, object and origin")
    func recorded() async throws {
        try await TestServer.run { server in
            let fields = [(name: "User-Agent", value: "test/1")]
            let added = try await server.send("POST", TestServer.repositories, fields, body: #"{"name": "registry.example/a"}"#)
            let uri = try #require(added["X-DockerCloud-Action-URI"])
            #expect(uri.hasPrefix("/api/audit/v1/admin/action/"))
            let fetched = try await server.get(uri)
            #expect(fetched.status == 200)
            let uuid = try #require(uri.split(separator: "/").last.map(String.init))
            let clock = JSON.string("Mon, 13 Oct 2014 11:01:43 +0000")
            #expect(
                try fetched.json
                    == .object([
                        "action": .string("Repository Create"), "key_id": .string(server.backend.key.keyID),
                        "attempts": .number("1"), "can_be_canceled": .bool(false), "can_be_retried": .bool(false),
                        "end_date": clock,
                        "ip": .string("127.0.0.1"), "is_user_action": .bool(true), "location": .string(""), "method": .string("POST"),
                        "object": .string("/api/repo/v1/admin/repository/registry.example/a/"), "path": .string(TestServer.repositories),
                        "reason": .null, "reference": .null,
                        "resource_uri": .string(uri), "start_date": clock, "state": .string("Success"), "status": .null,
                        "user": .string("admin"),
                        "user_agent": .string("test/1"), "uuid": .string(uuid),
                    ]))
            // The original command line accepts only version 4 as a whole identifier.
            let parts = uuid.split(separator: "-")
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
            #expect(parts[2].first == "4")
            #expect(try await server.get(uri.replacing("/admin/", with: "/")).status == 200)
            #expect(try await server.get(uri.uppercased().replacing("/API/AUDIT/V1/ADMIN/ACTION/", with: TestServer.actions)).status == 200)
        }
    }

    @Test("Every change and every failed attempt has an action, newest first; a change without effect has none")
    func newestFirst() async throws {
        try await TestServer.run { server in
            let path = TestServer.repositories + "registry.example/a/"
            let changes = [
                ("POST", TestServer.repositories, #"{"name": "registry.example/a"}"#),
                ("PATCH", path, #"{"username": "u", "password": "p"}"#),
                ("DELETE", path, ""),
            ]
            var uris: [String] = []
            for (method, target, body) in changes {
                uris.insert(try #require(try await server.send(method, target, body: body)["X-DockerCloud-Action-URI"]), at: 0)
            }
            try await server.register("registry.example/b")
            for (method, target, body) in [("PATCH", TestServer.repositories + "registry.example/b/", "{}"), ("DELETE", path, "")] {
                #expect(try await server.send(method, target, body: body)["X-DockerCloud-Action-URI"] == nil)
            }
            #expect(try await server.register("registry.example/b")["X-DockerCloud-Action-URI"] == nil)
            let listed = try await server.list(TestServer.actions + "?state=Success")
            #expect(listed.compactMap { $0["resource_uri"]?.text }.dropFirst() == uris[...])
            #expect(
                listed.compactMap { $0["action"]?.text } == [
                    "Repository Create", "Repository Delete", "Repository Update", "Repository Create",
                ])
            #expect(listed.compactMap { $0["object"]?.text }.last == "/api/repo/v1/admin/repository/registry.example/a/")
            let failed = try await server.get(TestServer.actions + "?state=Failed").json["objects"]?.elements ?? []
            #expect(failed.compactMap { $0["action"]?.text } == ["Repository Create", "Repository Delete"])
            #expect(failed.compactMap { $0["status"]?.number } == [409, 404])
            let named = ["b", "a"].map { "/api/repo/v1/admin/repository/registry.example/\($0)/" }
            #expect(failed.compactMap { $0["object"]?.text } == named)
        }
    }

    @Test("The user agent in the audit trail is truncated to a line and contains no key")
    func userAgent() async throws {
        try await TestServer.run { server in
            let key = server.backend.key.revealed()
            let fields = [(name: "User-Agent", value: "x \(key) " + String(repeating: "y", count: 1000))]
            let added = try await server.send("POST", TestServer.repositories, fields, body: #"{"name": "registry.example/a"}"#)
            let action = try await server.get(try #require(added["X-DockerCloud-Action-URI"]))
            let userAgent = try #require(try action.json["user_agent"]?.text)
            #expect(userAgent.hasPrefix("x lm_"))
            #expect(userAgent.count <= 256)
            #expect(!action.text.contains(key.suffix(25)))
        }
    }

    @Test("The first page of actions has the newest ones, and unknown parameters are rejected")
    func parameters() async throws {
        try await TestServer.run { server in
            for index in 0..<3 { try await server.register("registry.example/\(index)") }
            let page = try await server.get(TestServer.actions + "?limit=1&offset=1").json
            #expect(page["objects"]?.elements.first?["object"]?.text?.hasSuffix("/1/") == true)
            let id = try #require(page["objects"]?.elements.first?["uuid"]?.text)
            #expect(page["meta"]?["next"]?.text == "/api/audit/v1/action/?after=\(id)&limit=1&offset=2")
            #expect(try await server.get(TestServer.actions + "?nothing=1").status == 400)
        }
    }
}
