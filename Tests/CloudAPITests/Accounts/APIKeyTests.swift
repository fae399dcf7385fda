import Domain
import FoundationEssentials
import Operations
import TestSupport
import Testing
import Wire

@Suite("API keys")
struct APIKeyTests {
    @Test("The secret of a key appears only in the response that creates it, and never in the log")
    func shownOnce() async throws {
        try await TestServer.run { server in
            let made = try await server.send("POST", TestServer.keys, body: #"{"label": "laptop"}"#)
            #expect(made.status == 201)
            let text = try #require(try made.json["key"]?.text)
            let key = try #require(APIKeySecret(parsing: text))
            #expect(made["Location"] == TestServer.keys + key.keyID + "/")
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(key)) == 200)
            #expect(try await server.status("GET", TestServer.repositories, as: .basic("admin", key)) == 200)

            let action = try await server.get(try #require(made["X-DockerCloud-Action-URI"]))
            #expect(try action.json["object"]?.text == TestServer.keys + key.keyID + "/")
            let inspected = try await server.get(TestServer.keys + key.keyID + "/")
            let revoked = try await server.send("DELETE", TestServer.keys + key.keyID + "/")
            #expect(revoked.status == 204)
            let others = try await [action.text, inspected.text, revoked.text, server.everything(), server.log.text]
            for other in others {
                #expect(!other.contains(key.secretPart))
                #expect(!other.contains(key.secretPart.prefix(20)))
                #expect(!other.contains("\"key\""))
            }
            #expect(others[3].contains(key.keyID))
        }
    }

    @Test("A key with default settings can read and pull for 90 days, in every namespace of its account")
    func defaults() async throws {
        try await TestServer.run { server in
            let (id, _) = try await server.makeKey()
            let body: [String: JSON] = [
                "account": .string("admin"), "created_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"),
                "expires_datetime": .string("Sun, 11 Jan 2015 11:01:43 +0000"), "id": .string(id), "label": .string(""),
                "last_used_datetime": .null, "made_with": .string(server.backend.key.keyID), "namespace": .null, "renews": .null,
                "repositories": .array([]),
                "resource_uri": .string(TestServer.keys + id + "/"), "revoked_datetime": .null,
                "scopes": .array([.string("pull"), .string("repository:read")]),
            ]
            #expect(try await server.call("GET", TestServer.keys + id + "/") == .object(body))
        }
    }

    @Test("A key has the requested settings; patterns are deduplicated, canonical and sorted")
    func members() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            _ = try await server.backend.makeRobot()
            let made = try await server.call(
                "POST", TestServer.keys,
                #"{"account": "acme+ci", "label": "b\u00fcro \ud83d\udc33", "scopes": ["audit:read", "push", "audit:read"], "expires_days": 365,"#
                    + #" "namespace": "acme", "repositories": ["registry.example/team/*", "ubuntu", "Registry.Example/team/*"]}"#)
            #expect(made["account"]?.text == "acme+ci")
            #expect(made["label"]?.text == "büro 🐳")
            #expect(made["scopes"] == .array([.string("audit:read"), .string("push")]))
            #expect(made["expires_datetime"]?.text == "Tue, 13 Oct 2015 11:01:43 +0000")
            #expect(made["namespace"]?.text == "acme")
            #expect(made["repositories"] == .array([.string("docker.io/library/ubuntu"), .string("registry.example/team/*")]))
        }
    }

    @Test("The list contains the account's own keys, newest first, by pages, including expired and revoked ones")
    func list() async throws {
        try await TestServer.run { server in
            let carol = Authorization.bearer(try await server.backend.makeAccount("carol"))
            var ids: [String] = []
            for _ in 0..<3 {
                server.backend.clock.advance(by: 60)
                ids.insert(try await server.makeKey(as: carol).id, at: 0)
            }
            try await server.call("DELETE", TestServer.keys + ids[1] + "/", as: carol)
            let listed = try await server.list(TestServer.keys, as: carol)
            #expect(listed.prefix(3).map { $0["id"]?.text } == ids)
            #expect(listed.count == 4)
            #expect(listed.map { $0["revoked_datetime"] == .null } == [true, false, true, true])
            #expect(listed[1]["revoked_datetime"]?.text == "Mon, 13 Oct 2014 11:04:43 +0000")
            let page = try await server.call("GET", TestServer.keys + "?account=carol&limit=1&offset=1")
            #expect(page["objects"]?.elements.first?["id"]?.text == ids[1])
            #expect(page["meta"]?["total_count"]?.number == 4)
            #expect(page["meta"]?["next"]?.text == TestServer.keys + "?account=carol&after=\(ids[1])&limit=1&offset=2")
            for query in ["?account=A", "?label=x", "?limit=x"] {
                #expect(try await server.status("GET", TestServer.keys + query) == 400)
            }
        }
    }

    @Test("Keys of others are 404, except for server administrators, and for admins of a robot's organization")
    func others() async throws {
        try await TestServer.run { server in
            let backend = server.backend
            let alice = Authorization.bearer(try await backend.makeAccount("alice"))
            try await backend.makeOrganization(admin: "alice")
            let member = Authorization.bearer(try await backend.makeMember("bob", .write))
            _ = try await backend.makeRobot()
            let (hers, robots) = (
                try await server.makeKey(as: alice).id, try await server.makeKey(#"{"account": "acme+ci"}"#, as: alice).id
            )
            for (caller, key, account, status) in [
                (Authorization.administrator, hers, "alice", 200), (alice, robots, "acme%2Bci", 200), (member, hers, "alice", 404),
                (member, robots, "acme%2Bci", 404), (.administrator, robots, "acme%2Bci", 404),
            ] {
                #expect(try await server.status("GET", TestServer.keys + key + "/", as: caller) == status)
                #expect(try await server.status("GET", TestServer.keys + "?account=" + account, as: caller) == status)
                let new = #"{"account": "\#(account.replacing("%2B", with: "+"))"}"#
                #expect(try await server.status("POST", TestServer.keys, new, as: caller) == (status == 200 ? 201 : 404))
                #expect(try await server.status("DELETE", TestServer.keys + key + "/", as: caller) == (status == 200 ? 204 : 404))
            }
            let there = try await server.send("GET", TestServer.keys + hers + "/", as: member)
            let nowhere = try await server.send("GET", TestServer.keys + "0123456789AB/", as: member)
            #expect((there.status, there.text) == (404, nowhere.text))
            let accounts = ["alice", "nobody"]
            let answers = try await accounts.asyncMap {
                try await server.send("POST", TestServer.keys, as: member, body: #"{"account": "\#($0)"}"#).text
            }
            #expect(answers[0].replacing("alice", with: "nobody") == answers[1])
        }
    }

    @Test("The last use of a key is shown with a precision of ten minutes after it was stored")
    func lastUse() async throws {
        try await TestServer.run { server in
            let (id, key) = try await server.makeKey()
            func lastUse() async throws -> String? {
                try await server.call("GET", TestServer.keys + id + "/")["last_used_datetime"]?.text
            }
            func use(after seconds: TimeInterval) async throws {
                server.backend.clock.advance(by: seconds)
                #expect(try await server.status("GET", TestServer.repositories, as: .bearer(key)) == 200)
                try await server.backend.backend.writeKeyUses()
            }
            #expect(try await lastUse() == nil)
            try await use(after: 60)
            #expect(try await lastUse() == "Mon, 13 Oct 2014 11:02:43 +0000")
            try await use(after: 599)
            #expect(try await lastUse() == "Mon, 13 Oct 2014 11:02:43 +0000")
            try await use(after: 1)
            #expect(try await lastUse() == "Mon, 13 Oct 2014 11:12:43 +0000")
        }
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
