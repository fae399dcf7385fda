import Domain
import TestSupport
import Testing
import Wire

@Suite("Members of an organization")
struct MemberTests {
    private let bob = TestServer.members + "bob/"

    @Test("A user is added, changed and removed as a member, and the rights take effect at once")
    func made() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            let key = Authorization.bearer(try await server.backend.makeAccount("bob"))
            let repositories = "/api/repo/v1/acme/repository/"
            let registration = #"{"name": "registry.example/a"}"#
            #expect(try await server.status("GET", repositories, as: key) == 404)

            let added = try await server.send("POST", TestServer.members, body: #"{"name": "bob", "permission": "read"}"#)
            #expect(added.status == 201)
            #expect(added["Location"] == bob)
            #expect(added["X-DockerCloud-Action-URI"]?.hasPrefix("/api/audit/v1/acme/action/") == true)
            let body: [String: JSON] = [
                "created_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "name": .string("bob"),
                "organization": .string(TestServer.acme), "permission": .string("read"), "resource_uri": .string(bob),
            ]
            #expect(try added.json == .object(body))
            #expect(try await server.call("GET", bob, as: key) == .object(body))
            #expect(try await server.status("GET", repositories, as: key) == 200)
            #expect(try await server.status("POST", repositories, registration, as: key) == 403)

            let changed = try await server.send("PATCH", bob, body: #"{"permission": "admin"}"#)
            #expect(changed.status == 202)
            #expect(try changed.json["permission"]?.text == "admin")
            #expect(try await server.status("POST", repositories, registration, as: key) == 201)

            #expect(try await server.status("DELETE", bob) == 204)
            #expect(try await server.status("GET", bob) == 404)
            #expect(try await server.status("GET", repositories, as: key) == 404)
        }
    }

    @Test("Adding an existing member changes the permission; a change without effect is not recorded")
    func again() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            _ = try await server.backend.makeMember("bob", .read)
            let changed = try await server.send("POST", TestServer.members, body: #"{"name": "bob", "permission": "write"}"#)
            #expect(changed.status == 202)
            #expect(changed["Location"] == nil)
            #expect(try changed.json["permission"]?.text == "write")
            let action = try await server.call("GET", try #require(changed["X-DockerCloud-Action-URI"]))
            #expect(action["action"]?.text == "Member Update")
            #expect(action["object"]?.text == bob)
            for (method, target) in [("POST", TestServer.members), ("PATCH", bob)] {
                let same = try await server.send(method, target, body: #"{"name": "bob", "permission": "write"}"#)
                #expect(same.status == 202)
                #expect(same["X-DockerCloud-Action-URI"] == nil)
            }
        }
    }

    @Test("The list of members contains only users, sorted by name, by pages")
    func list() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            for name in ["erin", "bob"] { _ = try await server.backend.makeMember(name, .read) }
            _ = try await server.backend.makeRobot()
            #expect(try await server.list(TestServer.members).map { $0["name"]?.text } == ["admin", "bob", "erin"])
            let page = try await server.call("GET", TestServer.members + "?limit=1&offset=1")
            #expect(page["objects"]?.elements.map { $0["name"]?.text } == ["bob"])
            #expect(page["meta"]?["total_count"]?.number == 3)
            #expect(page["meta"]?["next"]?.text == TestServer.members + "?after=bob&limit=1&offset=2")
        }
    }

    @Test(
        "Invalid members and permissions are rejected",
        arguments: [
            ("POST", #"{"name": "bob"}"#, 400), ("POST", #"{"permission": "read"}"#, 400),
            ("POST", #"{"name": "bob", "permission": "owner"}"#, 400),
            ("POST", #"{"name": "nobody", "permission": "read"}"#, 404), ("POST", #"{"name": "acme+ci", "permission": "read"}"#, 400),
            ("POST", #"{"name": "acme", "permission": "read"}"#, 404), ("POST", #"{"name": "bob", "permission": "read", "x": 1}"#, 400),
            ("PATCH", "{}", 400), ("PATCH", #"{"name": "dave", "permission": "read"}"#, 400), ("PATCH", #"{"permission": "READ"}"#, 400),
            ("PATCH", #"{"permission": "read"}"#, 404),
        ])
    func refused(_ method: String, _ body: String, _ status: Int) async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            _ = try await server.backend.makeAccount("bob")
            let before = try await server.everything()
            #expect(try await server.status(method, method == "POST" ? TestServer.members : bob, body) == status)
            #expect(try await server.status("DELETE", bob) == 404)
            #expect(try await server.everything() == before)
        }
    }

    @Test("Every member can leave, but the last admin can neither leave nor be demoted")
    func leaving() async throws {
        try await TestServer.run { server in
            let alice = Authorization.bearer(try await server.backend.makeAccount("alice"))
            try await server.backend.makeOrganization(admin: "alice")
            let reader = Authorization.bearer(try await server.backend.makeMember("bob", .read))
            _ = try await server.backend.makeRobot("boss", .admin)
            for (method, body) in [("DELETE", nil), ("PATCH", #"{"permission": "write"}"#)] {
                let refused = try await server.send(method, TestServer.members + "alice/", as: alice, body: body)
                #expect(refused.status == 409)
                #expect(refused.error == "'acme' needs at least one admin: give another member that permission first")
            }
            #expect(try await server.status("DELETE", TestServer.members + "alice/", as: reader) == 403)
            #expect(try await server.status("DELETE", bob, as: reader) == 204)
            #expect(try await server.status("GET", TestServer.acme, as: reader) == 404)
            try await server.backend.addMember("bob", .admin)
            #expect(try await server.status("DELETE", TestServer.members + "alice/", as: alice) == 204)
            #expect(try await server.status("GET", TestServer.acme, as: alice) == 404)
        }
    }

    @Test("If two admins demote each other at once, one succeeds")
    func eachOther() async throws {
        try await TestServer.run { server in
            let alice = Authorization.bearer(try await server.backend.makeAccount("alice"))
            try await server.backend.makeOrganization(admin: "alice")
            for number in 0..<10 {
                let name = "bob\(number)"
                try await server.backend.addMember("alice", .admin)
                let bob = Authorization.bearer(try await server.backend.makeMember(name, .admin))
                async let first = server.status("PATCH", TestServer.members + name + "/", #"{"permission": "read"}"#, as: alice)
                async let second = server.status("PATCH", TestServer.members + "alice/", #"{"permission": "read"}"#, as: bob)
                let statuses = try await [first, second].sorted()
                #expect(statuses == [202, 403] || statuses == [202, 409])
                try await server.backend.addMember(name, .read)
            }
        }
    }
}
