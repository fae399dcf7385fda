import Domain
import TestSupport
import Testing
import Wire

@Suite("Users")
struct UserTests {
    @Test("A user is created as an account without a key, and can be found")
    func made() async throws {
        try await TestServer.run { server in
            let made = try await server.send("POST", TestServer.users, body: #"{"name": "carol"}"#)
            #expect(made.status == 201)
            #expect(made["Location"] == TestServer.users + "carol/")
            #expect(made["X-DockerCloud-Action-URI"]?.hasPrefix("/api/audit/v1/admin/action/") == true)
            let body: [String: JSON] = [
                "created_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "is_administrator": .bool(false),
                "is_disabled": .bool(false),
                "name": .string("carol"), "resource_uri": .string("/api/account/v1/user/carol/"),
            ]
            #expect(try made.json == .object(body))
            #expect(try await server.call("GET", TestServer.users + "carol/") == .object(body))
            #expect(try await server.list(TestServer.keys + "?account=carol").isEmpty)
            #expect(
                try await server.call("POST", TestServer.users, #"{"name": "dora", "is_administrator": true}"#)["is_administrator"]
                    == .bool(true))
        }
    }

    @Test("A user name is never reused; reserved, former and existing names get the same response")
    func taken() async throws {
        try await TestServer.run { server in
            try await server.call("POST", TestServer.users, #"{"name": "carol"}"#)
            try await server.call("POST", TestServer.organizations, #"{"name": "acme"}"#)
            try await server.call("POST", TestServer.organizations, #"{"name": "gone"}"#)
            try await server.call("DELETE", TestServer.organizations + "gone/")
            for name in ["admin", "carol", "acme", "gone", "repository", "localhost"] {
                for target in [TestServer.users, TestServer.organizations] {
                    let again = try await server.send("POST", target, body: #"{"name": "\#(name)"}"#)
                    #expect(again.status == 409, "\(target) \(name)")
                    #expect(
                        again.error
                            == "The name '\(name)' is taken: it is reserved, or it belongs or belonged to a user or an organization"
                    )
                }
            }
        }
    }

    @Test(
        "Invalid users are rejected",
        arguments: [
            "{}", #"{"name": null}"#, #"{"name": "x"}"#, #"{"name": "Carol"}"#, #"{"name": "acme+ci"}"#, #"{"name": "a--b"}"#,
            #"{"name": 7}"#, #"{"name": "carol", "is_disabled": true}"#, #"{"name": "carol", "password": "x"}"#,
            #"{"name": "carol", "is_administrator": "yes"}"#, "[]",
        ])
    func refused(_ body: String) async throws {
        try await TestServer.run { server in
            let before = try await server.everything()
            let response = try await server.send("POST", TestServer.users, body: body)
            #expect(response.status == 400)
            #expect(response.error?.isEmpty == false)
            #expect(try await server.everything() == before)
        }
    }

    @Test("The list contains all users, sorted by name, by pages, and can be filtered")
    func list() async throws {
        try await TestServer.run { server in
            for name in ["erin", "carol", "bob"] { try await server.call("POST", TestServer.users, #"{"name": "\#(name)"}"#) }
            try await server.call("POST", TestServer.organizations, #"{"name": "acme"}"#)
            _ = try await server.backend.makeRobot()
            try await server.call("PATCH", TestServer.users + "carol/", #"{"is_disabled": true}"#)
            func names(_ query: String) async throws -> [String] {
                try await server.list(TestServer.users + query).compactMap { $0["name"]?.text }
            }
            #expect(try await names("") == ["admin", "bob", "carol", "erin"])
            #expect(try await names("?is_disabled=true") == ["carol"])
            #expect(try await names("?is_disabled=no&name=carol").isEmpty)
            #expect(try await names("?name=bob") == ["bob"])
            let page = try await server.call("GET", TestServer.users + "?is_disabled=false&limit=1&offset=1")
            #expect(page["objects"]?.elements.map { $0["name"]?.text } == ["bob"])
            #expect(page["meta"]?["total_count"]?.number == 3)
            #expect(page["meta"]?["next"]?.text == TestServer.users + "?after=bob&is_disabled=false&limit=1&offset=2")
            #expect(page["meta"]?["previous"]?.text == TestServer.users + "?is_disabled=false&limit=1&offset=0")
            for query in ["?is_disabled=maybe", "?is_administrator=true", "?limit=-1"] {
                #expect(try await server.status("GET", TestServer.users + query) == 400)
            }
        }
    }

    @Test("The keys of a disabled user stop working at once, and work again when the user is enabled")
    func disabled() async throws {
        try await TestServer.run { server in
            let carol = Authorization.bearer(try await server.backend.makeAccount("carol"))
            for (isDisabled, status) in [(true, 401), (false, 200)] {
                let changed = try await server.send("PATCH", TestServer.users + "carol/", body: #"{"is_disabled": \#(isDisabled)}"#)
                #expect(changed.status == 202)
                #expect(changed["X-DockerCloud-Action-URI"] != nil)
                #expect(try changed.json["is_disabled"] == .bool(isDisabled))
                #expect(try await server.status("GET", TestServer.users + "carol/", as: carol) == status)
            }
            for body in [#"{"is_disabled": false}"#, "{}"] {
                let unchanged = try await server.send("PATCH", TestServer.users + "carol/", body: body)
                #expect(unchanged.status == 202)
                #expect(unchanged["X-DockerCloud-Action-URI"] == nil)
            }
            for body in [#"{"is_administrator": true}"#, #"{"name": "carol"}"#, #"{"is_disabled": 1}"#] {
                #expect(try await server.status("PATCH", TestServer.users + "carol/", body) == 400)
            }
            #expect(try await server.status("PATCH", TestServer.users + "nobody/", #"{"is_disabled": true}"#) == 404)
        }
    }

    @Test("The last enabled server administrator cannot be disabled")
    func lastAdministrator() async throws {
        try await TestServer.run { server in
            let refused = try await server.send("PATCH", TestServer.users + "admin/", body: #"{"is_disabled": true}"#)
            #expect(refused.status == 409)
            #expect(refused.error == "'admin' is the last server administrator: create another one first")
            try await server.call("POST", TestServer.users, #"{"name": "dora", "is_administrator": true}"#)
            let dora = try await server.makeKey(#"{"account": "dora", "scopes": ["account:admin"]}"#).key
            try await server.call("PATCH", TestServer.users + "admin/", #"{"is_disabled": true}"#, as: .bearer(dora))
            #expect(try await server.status("GET", TestServer.users) == 401)
            #expect(try await server.status("PATCH", TestServer.users + "dora/", #"{"is_disabled": true}"#, as: .bearer(dora)) == 409)
        }
    }

    @Test("Users see themselves, and cannot find out whether others exist")
    func others() async throws {
        try await TestServer.run { server in
            let carol = Authorization.bearer(try await server.backend.makeAccount("carol"))
            _ = try await server.backend.makeAccount("dave")
            #expect(try await server.call("GET", TestServer.users + "carol/", as: carol)["name"]?.text == "carol")
            let there = try await server.send("GET", TestServer.users + "dave/", as: carol)
            let nowhere = try await server.send("GET", TestServer.users + "nobody/", as: carol)
            #expect((there.status, there.text) == (403, nowhere.text))
            #expect(nowhere.status == 403)
            #expect(try await server.status("GET", TestServer.users + "nobody/") == 404)
        }
    }
}
