import Domain
import TestSupport
import Testing
import Wire

@Suite("Robots")
struct RobotTests {
    private let ci = TestServer.robots + "ci/"

    @Test("A robot is created without a key, gets one, works in its organization, and is removed with its keys")
    func made() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            let made = try await server.send("POST", TestServer.robots, body: #"{"name": "ci", "permission": "read"}"#)
            #expect(made.status == 201)
            #expect(made["Location"] == ci)
            #expect(made["X-DockerCloud-Action-URI"]?.hasPrefix("/api/audit/v1/acme/action/") == true)
            let body: [String: JSON] = [
                "account": .string("acme+ci"), "created_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "name": .string("ci"),
                "organization": .string(TestServer.acme), "permission": .string("read"), "resource_uri": .string(ci),
            ]
            #expect(try made.json == .object(body))
            #expect(try await server.call("GET", ci) == .object(body))
            #expect(try await server.list(TestServer.keys + "?account=acme%2Bci").isEmpty)

            let key = try await server.makeKey(#"{"account": "acme+ci"}"#).key
            // Its own namespace is the organization's.
            #expect(try await server.status("GET", TestServer.repositories, as: .basic("acme+ci", key)) == 200)
            #expect(try await server.status("GET", "/api/repo/v1/acme/repository/", as: .bearer(key)) == 200)
            #expect(try await server.status("GET", "/api/repo/v1/admin/repository/", as: .bearer(key)) == 404)
            #expect(try await server.status("GET", TestServer.repositories, as: .basic("ci", key)) == 401)

            #expect(try await server.status("DELETE", ci) == 204)
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(key)) == 401)
            #expect(try await server.status("GET", ci) == 404)
        }
    }

    @Test("A robot's permission changes at once, and the robot outlives its creator")
    func permission() async throws {
        try await TestServer.run { server in
            let alice = Authorization.bearer(try await server.backend.makeAccount("alice"))
            try await server.call("POST", TestServer.organizations, #"{"name": "acme"}"#, as: alice)
            try await server.call("POST", TestServer.robots, #"{"name": "ci", "permission": "read"}"#, as: alice)
            let scopes = #"["repository:write", "repository:read"]"#
            let key = Authorization.bearer(try await server.makeKey(#"{"account": "acme+ci", "scopes": \#(scopes)}"#, as: alice).key)
            let registration = #"{"name": "registry.example/a"}"#
            #expect(try await server.status("POST", TestServer.repositories, registration, as: key) == 403)
            let changed = try await server.send("PATCH", ci, as: alice, body: #"{"permission": "admin"}"#)
            #expect(changed.status == 202)
            #expect(try changed.json["permission"]?.text == "admin")
            let same = try await server.send("PATCH", ci, as: alice, body: #"{"name": "ci", "permission": "admin"}"#)
            #expect(same.status == 202)
            #expect(same["X-DockerCloud-Action-URI"] == nil)
            #expect(try await server.status("POST", TestServer.repositories, registration, as: key) == 201)
            _ = try await server.backend.makeMember("bob", .admin)
            try await server.call("DELETE", TestServer.members + "alice/", as: alice)
            try await server.call("PATCH", TestServer.users + "alice/", #"{"is_disabled": true}"#)
            #expect(try await server.status("GET", TestServer.repositories, as: key) == 200)
        }
    }

    @Test("The list contains only robots, sorted by name, by pages; another organization can use the same name")
    func list() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            try await server.backend.makeOrganization("umbrella")
            for name in ["nightly", "ci"] {
                try await server.call("POST", TestServer.robots, #"{"name": "\#(name)", "permission": "read"}"#)
            }
            try await server.call("POST", "/api/account/v1/umbrella/robot/", #"{"name": "ci", "permission": "write"}"#)
            #expect(try await server.list(TestServer.robots).map { $0["account"]?.text } == ["acme+ci", "acme+nightly"])
            let page = try await server.call("GET", TestServer.robots + "?limit=1")
            #expect(page["meta"]?["total_count"]?.number == 2)
            #expect(page["meta"]?["next"]?.text == TestServer.robots + "?after=ci&limit=1&offset=1")
            let again = try await server.send("POST", TestServer.robots, body: #"{"name": "ci", "permission": "write"}"#)
            #expect(again.status == 409)
            #expect(again.error == "The organization 'acme' has a robot 'ci' already: choose another name")
        }
    }

    @Test(
        "Invalid robots are rejected",
        arguments: [
            #"{"name": "ci"}"#, #"{"permission": "read"}"#, #"{"name": "acme+ci", "permission": "read"}"#,
            #"{"name": "C", "permission": "read"}"#,
            #"{"name": "ci", "permission": "root"}"#, #"{"name": "ci", "permission": "read", "scopes": []}"#,
        ])
    func refused(_ body: String) async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            #expect(try await server.status("POST", TestServer.robots, body) == 400)
            #expect(try await server.list(TestServer.robots).isEmpty)
            #expect(try await server.status("PATCH", ci, #"{"permission": "read"}"#) == 404)
            #expect(try await server.status("PATCH", ci, #"{"name": "nightly", "permission": "read"}"#) == 400)
        }
    }
}
