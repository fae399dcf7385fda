import TestSupport
import Testing
import Wire

@Suite("Mass assignment")
struct MassAssignmentTests {
    private static let readOnly = [
        #""in_use": true"#, #""registry": "/api/repo/v1/mallory/registry/evil.example/""#,
        #""resource_uri": "/api/repo/v1/mallory/repository/x/y/""#,
        #""state": "Verified""#, #""state_reason": "evil""#, #""granted": {"pull": "yes", "push": "yes"}"#,
        #""checked_datetime": "Thu, 01 Jan 1970 00:00:00 +0000""#, #""created_datetime": "Thu, 01 Jan 1970 00:00:00 +0000""#,
        #""modified_datetime": 0"#, #""owner": "mallory""#, #""local": true"#, #""is_private_image": [1]"#, #""tags": null"#,
        #""dockercloud_action_uri": "/api/audit/v1/mallory/action/x/""#,
    ].joined(separator: ", ")

    @Test("Read-only members are ignored by POST and PATCH")
    func readOver() async throws {
        try await TestServer.run { server in
            let plain = try await server.register("registry.example/a", query: "?verify=false").text
            let path = TestServer.repositories + "registry.example/b/"
            let added = try await server.send(
                "POST", TestServer.repositories + "?verify=false", body: #"{"name": "registry.example/b", \#(Self.readOnly)}"#)
            #expect(added.status == 201)
            #expect(
                added.text
                    == plain.replacing("registry.example/a/", with: "registry.example/b/").replacing("example/a\"", with: "example/b\""))

            let before = try await server.everything()
            let changed = try await server.send("PATCH", path, body: "{\(Self.readOnly)}")
            #expect(changed.status == 202)
            #expect(changed.text == added.text)
            #expect(try await server.everything() == before)

            let updated = try await server.send(
                "PATCH", path + "?verify=false", body: #"{"username": "u", "password": "p", \#(Self.readOnly)}"#)
            #expect(updated.text == added.text)
        }
    }

    @Test(
        "Every other member is rejected by name, and nothing changes",
        arguments: [
            "namespace", "id", "uuid", "account", "user", "credential", "credential_id", "version", "envelope", "scopes", "isAdministrator",
            "is_administrator",
            "is_ssl", "authority", "path", "realm", "verify", "NAME", "Username", "pasword", "name ", "name\\u0000", "constructor",
            "$where", "'; --",
        ])
    func refused(_ member: String) async throws {
        try await TestServer.run { server in
            try await server.register("registry.example/a")
            let before = try await server.everything()
            for (method, target) in [("POST", TestServer.repositories), ("PATCH", TestServer.repositories + "registry.example/a/")] {
                let response = try await server.send(method, target, body: #"{"name": "registry.example/a", "\#(member)": true}"#)
                #expect(response.status == 400)
                #expect(response.error?.contains("Unknown member '") == true)
            }
            #expect(try await server.everything() == before)
        }
    }

    @Test("No response contains a credential", arguments: ["username", "password", "user-canary", "pass-canary", "credential\""])
    func writeOnly(_ word: String) async throws {
        try await TestServer.run { server in
            let body = #"{"name": "registry.example/a", "username": "user-canary", "password": "pass-canary"}"#
            let texts = try await [
                server.send("POST", TestServer.repositories, body: body).text,
                server.get(TestServer.repositories + "registry.example/a/").text,
                server.send("PATCH", TestServer.repositories + "registry.example/a/", body: #"{"password": "pass-canary"}"#).text,
                server.everything(),
            ]
            #expect(texts.allSatisfy { !$0.isEmpty && !$0.contains(word) })
        }
    }
}
