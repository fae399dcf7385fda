import Domain
import FoundationEssentials
import TestSupport
import Testing
import Wire

@Suite("Limits for new API keys")
struct APIKeyLimitTests {
    @Test("A key is valid for 1 to 365 days", arguments: [("1", 1), ("365", 365), ("90", 90), ("null", 90)])
    func days(_ text: String, _ days: Int) async throws {
        try await TestServer.run { server in
            let key = try await server.makeKey(#"{"expires_days": \#(text)}"#).key
            server.backend.clock.advance(by: TimeInterval(days) * 86_400 - 0.001)
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(key)) == 200)
            server.backend.clock.advance(by: 0.001)
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(key)) == 401)
        }
    }

    @Test(
        "Invalid keys are rejected with the reason, and none is created",
        arguments: [
            (#""expires_days": 0"#, "from 1 to 365"), (#""expires_days": 366"#, "from 1 to 365"), (#""expires_days": -1"#, "from 1 to 365"),
            (#""expires_days": 1.5"#, "expires_days"), (#""expires_days": "90""#, "expires_days"),
            (#""expires_days": 1e99"#, "expires_days"),
            (#""expires_days": 9223372036854775808"#, "expires_days"), (#""scopes": []"#, "at least one scope"),
            (#""scopes": ["repository:admin"]"#, "scopes must be one of repository:read"),
            (#""scopes": ["pull", "PULL"]"#, "scopes must be"),
            (#""scopes": "pull""#, "scopes"), (#""scopes": [1]"#, "scopes"), (#""label": "a\nb""#, "no control characters"),
            (#""label": 1"#, "label"), (#""namespace": "A""#, "namespace"),
            (#""namespace": "nowhere""#, "is not a member of a namespace 'nowhere'"),
            (#""repositories": ["registry.example/te*"]"#, "repositories"), (#""repositories": ["*"]"#, "repositories"),
            (#""repositories": ["registry.example/team/*/x"]"#, "repositories"), (#""repositories": "ubuntu""#, "repositories"),
            (#""account": "A+b""#, "account"), (#""id": "0123456789AB""#, "Unknown member"), (#""key": "x""#, "Unknown member"),
            (#""hash": "x""#, "Unknown member"), (#""is_administrator": true"#, "Unknown member"),
        ])
    func refused(_ member: String, _ reason: String) async throws {
        try await TestServer.run { server in
            let before = try await server.everything()
            let response = try await server.send("POST", TestServer.keys, body: "{\(member)}")
            #expect(response.status == 400)
            #expect(response.error?.contains(reason) == true, "\(response.text)")
            #expect(try await server.everything() == before)
        }
    }

    @Test("Labels have at most 100 characters and contain no key; a key has at most 100 patterns")
    func sizes() async throws {
        try await TestServer.run { server in
            let label = { (count: Int) in #"{"label": "\#(String(repeating: "ü", count: count))"}"# }
            #expect(try await server.status("POST", TestServer.keys, label(100)) == 201)
            #expect(try await server.status("POST", TestServer.keys, label(101)) == 400)
            let patterns = { (count: Int) in (0..<count).map { #""registry.example/r\#($0)""# }.joined(separator: ",") }
            #expect(try await server.status("POST", TestServer.keys, #"{"repositories": [\#(patterns(100))]}"#) == 201)
            #expect(try await server.status("POST", TestServer.keys, #"{"repositories": [\#(patterns(101))]}"#) == 400)
            let key = server.backend.key
            let refused = try await server.send("POST", TestServer.keys, body: #"{"label": "was \#(key.revealed())"}"#)
            #expect(refused.status == 400)
            #expect(refused.error == "label contains an API key: revoke that key")
            #expect(!server.log.text.contains(key.secretPart))
        }
    }

    @Test("A key cannot create a key with a scope that it does not have itself", arguments: Scope.allCases)
    func escalation(_ scope: Scope) async throws {
        try await TestServer.run { server in
            let scopes = Set(Scope.allCases).subtracting([scope])
            let key = Authorization.bearer(try await server.backend.makeAdministratorKey(scopes: scopes))
            let refused = try await server.send("POST", TestServer.keys, as: key, body: #"{"scopes": ["\#(scope.rawValue)"]}"#)
            #expect(refused.status == 403)
            #expect(refused.error?.contains(scope.rawValue) == true)
            guard scope != .accountAdmin else { return }
            let rest = scopes.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
            #expect(try await server.status("POST", TestServer.keys, #"{"scopes": [\#(rest)]}"#, as: key) == 201)
        }
    }

    @Test("A restricted key cannot create keys, and so cannot extend its own rights")
    func restricted() async throws {
        try await TestServer.run { server in
            for limit in [#""namespace": "admin""#, #""repositories": ["registry.example/*"]"#] {
                let key = Authorization.bearer(
                    try await server.makeKey(#"{"scopes": ["account:admin", "repository:read"], \#(limit)}"#).key)
                for body in ["{}", #"{"scopes": ["account:admin"]}"#, #"{"scopes": ["account:admin"], \#(limit)}"#] {
                    #expect(try await server.status("POST", TestServer.keys, body, as: key) == 403)
                }
            }
        }
    }

    @Test("A key that an administrator creates for another account has only that account's rights")
    func account() async throws {
        try await TestServer.run { server in
            _ = try await server.backend.makeAccount("carol")
            let all = Scope.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
            let carol = Authorization.bearer(try await server.makeKey(#"{"account": "carol", "scopes": [\#(all)]}"#).key)
            #expect(try await server.status("GET", TestServer.users, as: carol) == 403)
            #expect(try await server.status("GET", "/api/repo/v1/admin/repository/", as: carol) == 404)
            #expect(
                try await server.status("PATCH", TestServer.registries + "registry.example/", #"{"is_trusted": true}"#, as: carol) == 403)
            #expect(try await server.call("GET", TestServer.users + "carol/", as: carol)["name"]?.text == "carol")
        }
    }
}
