import Domain
import TestSupport
import Testing

@Suite("Credentials in URLs of requests")
struct SecretInURLTests {
    /// Targets that contain a secret; `KEY` is replaced by a valid key.
    private static let paths =
        DocumentedPath.all.map { $0.text() } + ["/", "/nothing/here/", "/api/nothing/", "/healthz", "/readyz", "/v2/"]
    private static let suffixes = [
        "?token=hunter2-canary", "?name=x&password=hunter2-canary", "?Api%5FKey=hunter2-canary", "?x=KEY", "?KEY", "?name=a%20KEY%20b",
        "KEY", "KEY/",
        "?token=hunter2-canary&token=again", "?x=%ZZ&token=hunter2-canary", "%2F?token=hunter2-canary", "/../KEY/",
    ]

    @Test("Credentials in a URL are rejected on every path, for every caller, and do not appear in the log", arguments: paths)
    func everyPath(_ path: String) async throws {
        try await TestServer.run { server in
            let key = server.backend.key.revealed()
            for suffix in Self.suffixes {
                for (authorization, isAnonymous) in [(Authorization.administrator, false), (.nobody, true)] {
                    let response = try await server.send("GET", path + suffix.replacing("KEY", with: key), as: authorization)
                    // The gateway authenticates first, and has its own error format.
                    let isGateway = path.hasPrefix("/v2/")
                    #expect(response.status == (isGateway && isAnonymous ? 401 : 400), "\(path)\(suffix)")
                    let error = try #require(isGateway ? String(decoding: response.body, as: UTF8.self) : response.error)
                    #expect(!error.contains("canary") && !error.contains(key.suffix(20)))
                }
            }
            #expect(server.log.lines.count(where: { $0.hasPrefix("info request") }) == Self.suffixes.count * 2)
            #expect(!server.log.text.contains("canary"))
            #expect(!server.log.text.contains(key.suffix(20)))
            #expect(!server.log.text.contains(key.dropFirst(16).prefix(20)))
        }
    }

    @Test("Credentials in a URL are rejected for every method", arguments: DocumentedCall.all)
    func everyMethod(_ call: DocumentedCall) async throws {
        try await TestServer.run { server in
            try await server.makeDocumented()
            let before = try await server.everything()
            let response = try await server.send(call.method, call.path.text() + "?token=x", body: call.body)
            #expect(response.status == 400)
            #expect(call.method == "HEAD" || response.error?.contains("must not contain credentials") == true)
            #expect(try await server.everything() == before)
        }
    }

    @Test("Secrets that a client sends do not appear in the log or in the audit trail")
    func silence() async throws {
        try await TestServer.run { server in
            let key = server.backend.key.revealed()
            let body = #"{"name": "registry.example/a", "username": "user-canary", "password": "pass-canary"}"#
            let fields = [(name: "User-Agent", value: "curl \(key)"), (name: "Cookie", value: "cookie-canary")]
            #expect(try await server.send("POST", TestServer.repositories, fields, body: body).status == 201)
            let mistaken = Authorization.field(TestServer.basic("admin:pass-canary"))
            #expect(try await server.send("GET", TestServer.repositories, as: mistaken, fields).status == 401)
            let broken = #"{"name": "registry.example/b", "pasword": "pass-canary""#
            for text in [
                broken, broken + "}", #"{"password": ["pass-canary"]}"#, #"{"name": "registry.example/a:x", "password": "pass-canary"}"#,
            ] {
                let response = try await server.send("POST", TestServer.repositories, fields, body: text)
                #expect((400..<500).contains(response.status))
                #expect(!response.text.contains("canary"))
            }
            let basic = TestServer.basic("admin:\(key)")
            for agent in [basic, String(basic.dropFirst("Basic ".count)), key.utf8.map { String($0, radix: 16) }.joined()] {
                let name = #"{"name": "registry.example/c", "password": "pass-canary"}"#
                _ = try await server.send("POST", TestServer.repositories, [(name: "User-Agent", value: "a \(agent)")], body: name)
                #expect(try await !server.everything().contains(agent.suffix(30)) && !server.log.text.contains(agent.suffix(30)))
            }
            let everything = try await server.everything()
            for text in [everything, server.log.text] {
                #expect(!text.contains("canary"))
                #expect(!text.contains(key.suffix(30)))
            }
            #expect(everything.contains("<redacted>"))
        }
    }
}
