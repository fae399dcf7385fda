import Domain
import Operations
import RegistryClient
import TestSupport
import Testing
import Wire

@Suite("Audit trail of failed attempts")
struct FailedAttemptTests {
    private let acme = "/api/audit/v1/acme/action/"
    private let registration = #"{"name": "registry.example/a"}"#

    /// The failed attempts in a namespace's trail, newest first, as kind, status and path.
    private func failed(_ target: String, on server: TestServer, as authorization: Authorization = .administrator) async throws -> [String]
    {
        try await server.list(target + "?state=Failed&limit=100", as: authorization).map { action in
            "\(action["action"]?.text ?? "") \(action["status"]?.number ?? 0) \(action["object"]?.text ?? "")"
        }
    }

    @Test("A failed change is recorded with account, object, origin and response; a failed read is not")
    func recorded() async throws {
        try await TestServer.run { server in
            let fields = [(name: "User-Agent", value: "test/1")]
            for body in ["{", "{}", #"{"name": "Not/A:name"}"#] {
                _ = try await server.send("POST", TestServer.repositories, fields, body: body)
            }
            #expect(try await server.status("GET", TestServer.repositories + "registry.example/none/") == 404)
            #expect(try await server.status("GET", TestServer.repositories + "?x=1") == 400)
            #expect(try await server.status("PUT", TestServer.repositories) == 405)
            #expect(try await server.status("DELETE", TestServer.repositories + "Not/A:name/") == 400)
            let actions = try await server.list(TestServer.actions)
            #expect(actions.map { $0["status"]?.number } == [400, 400, 415])
            let action = try #require(actions.first)
            let clock = JSON.string("Mon, 13 Oct 2014 11:01:43 +0000")
            let expected: [String: JSON] = [
                "action": .string("Repository Create"), "state": .string("Failed"), "object": .string(TestServer.repositories),
                "path": .string(TestServer.repositories), "method": .string("POST"), "user": .string("admin"), "ip": .string("127.0.0.1"),
                "user_agent": .string("test/1"), "start_date": clock, "end_date": clock, "is_user_action": .bool(true),
            ]
            for (name, value) in expected { #expect(action[name] == value, "\(name)") }
            #expect(try await server.call("GET", try #require(action["resource_uri"]?.text)) == action)
        }
    }

    @Test("A failed attempt is recorded in the requested namespace if the caller is a member, and otherwise in the caller's own")
    func namespaces() async throws {
        try await TestServer.run { server in
            try await server.makeDocumented()
            let bob = Authorization.bearer(try await server.backend.makeKey(of: "bob"))
            let mallory = Authorization.bearer(try await server.backend.makeAccount("mallory"))
            for caller in [bob, mallory] {
                for (method, target, body) in [
                    ("POST", "/api/repo/v1/acme/repository/", registration),
                    ("PATCH", TestServer.robots + "ci/", #"{"permission": "admin"}"#),
                    ("PATCH", TestServer.members + "bob/", #"{"permission": "admin"}"#), ("DELETE", TestServer.acme, nil),
                    ("POST", TestServer.members, #"{"name": "dave", "permission": "read"}"#), ("POST", TestServer.users, "{}"),
                ] {
                    #expect(try await server.status(method, target, body, as: caller) >= 400)
                }
            }
            #expect(
                try await failed(acme, on: server) == [
                    "Member Create 403 \(TestServer.members)dave/", "Organization Delete 403 \(TestServer.acme)",
                    "Member Update 403 \(TestServer.members)bob/", "Robot Update 403 \(TestServer.robots)ci/",
                    "Repository Create 403 /api/repo/v1/acme/repository/registry.example/a/",
                ])
            #expect(try await failed(TestServer.actions, on: server, as: bob) == ["User Create 400 \(TestServer.users)"])
            #expect(
                try await failed(TestServer.actions, on: server, as: mallory) == [
                    "User Create 400 \(TestServer.users)", "Member Create 404 \(TestServer.members)dave/",
                    "Organization Delete 404 \(TestServer.acme)",
                    "Member Update 404 \(TestServer.members)bob/", "Robot Update 404 \(TestServer.robots)ci/",
                    "Repository Create 404 /api/repo/v1/acme/repository/registry.example/a/",
                ])
        }
    }

    @Test("With a key restricted to an organization, failed attempts without a namespace are recorded there")
    func restricted() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            let limited = #"{"scopes": ["repository:write"], "namespace": "acme"}"#
            let key = Authorization.bearer(try await server.makeKey(limited).key)
            for status in [201, 409] { #expect(try await server.status("POST", TestServer.repositories, registration, as: key) == status) }
            #expect(try await failed(acme, on: server) == ["Repository Create 409 /api/repo/v1/acme/repository/registry.example/a/"])
            #expect(try await failed(TestServer.actions, on: server).isEmpty)
        }
    }

    @Test(
        "Per account and address, 30 failed attempts are recorded in 180 seconds, and the number of the others; successes are always recorded"
    )
    func bounded() async throws {
        try await TestServer.run { server in
            let bob = Authorization.bearer(try await server.backend.makeAccount("bob"))
            for _ in 0..<40 { #expect(try await server.status("POST", TestServer.repositories, "{}") == 400) }
            #expect(try await server.status("POST", TestServer.repositories, "{}", as: bob) == 400)
            #expect(try await failed(TestServer.actions, on: server, as: bob).count == 1, "another account from the same address")
            func count() async throws -> Int { try await failed(TestServer.actions, on: server).count }
            try await server.backend.backend.writeOutcomes()
            #expect(try await count() == 31)
            try await server.register("registry.example/a")
            #expect(try await server.list(TestServer.actions + "?state=Success").count == 1)
            server.backend.clock.advance(by: 179.999)
            #expect(try await server.status("POST", TestServer.repositories, "{}") == 400)
            try await server.backend.backend.catchUpTrail()
            try await server.backend.backend.writeOutcomes()
            #expect(try await count() == 31)
            let leftOut = try #require(try await server.list("\(TestServer.actions)?state=Failed&limit=1").first)
            #expect(leftOut["attempts"]?.number == 11 && leftOut["state"]?.text == "Failed" && leftOut["status"]?.number == 400)
            #expect(leftOut["reason"]?.text?.hasPrefix("11 more failed attempts") == true)
            server.backend.clock.advance(by: 0.001)
            #expect(try await server.status("POST", TestServer.repositories, "{}") == 400)
            #expect(try await count() == 32)
        }
    }

    @Test("A forbidden request is recorded, even if it only reads")
    func denied() async throws {
        try await TestServer.run { server in
            try await server.register("registry.example/a")
            let key = Authorization.bearer(try await server.makeKey(#"{"scopes": ["pull"]}"#).key)
            let other = Authorization.bearer(
                try await server.makeKey(#"{"scopes": ["repository:read"], "repositories": ["registry.example/b"]}"#).key)
            for (path, object, key) in [
                (TestServer.repositories, TestServer.repositories, key), (TestServer.actions, TestServer.actions, key),
                ("\(TestServer.repositories)registry.example/a/", "/api/repo/v1/admin/repository/registry.example/a/", other),
            ] {
                #expect(try await server.status("GET", path, as: key) == 403)
                let action = try #require(try await server.list("\(TestServer.actions)?limit=1").first)
                #expect(action["action"]?.text == "API Key Use" && action["status"]?.number == 403 && action["object"]?.text == object)
                #expect(action["reason"]?.text?.contains("API key") == true && action["key_id"]?.text?.isEmpty == false)
            }
            #expect(try await server.status("GET", "\(TestServer.repositories)registry.example/none/") == 404)
            #expect(try await failed(TestServer.actions, on: server).count == 3)
        }
    }

    @Test("Each address has its own limit of recorded attempts")
    func addresses() async throws {
        let proxy = try #require(Network("127.0.0.0/8"))
        try await TestServer.run(trustedProxies: [proxy]) { server in
            for address in ["192.0.2.1", "192.0.2.2"] {
                for _ in 0..<35 {
                    _ = try await server.send("POST", TestServer.repositories, [(name: "X-Forwarded-For", value: address)], body: "{}")
                }
            }
            try await server.backend.backend.writeOutcomes()
            let actions = try await server.list(TestServer.actions + "?limit=100")
            for address in ["192.0.2.1", "192.0.2.2"] {
                let attempts = actions.filter { $0["ip"]?.text == address }.compactMap { $0["attempts"]?.number }
                #expect(attempts.sorted() == Array(repeating: 1, count: 30) + [5])
            }
        }
    }

    @Test(
        "Refused credentials are recorded up to the limit; the next one stays in progress and covers the others, which are counted",
        arguments: ["PATCH", "POST"])
    func credentials(_ method: String) async throws {
        try await TestServer.run { server in
            try await server.call("POST", TestServer.repositories, #"{"name": "registry.example/a", "username": "u", "password": "p"}"#)
            server.backend.verifier.answer { _ in VerificationOutcome(verdict: .refused(reason: "no")) }
            for number in 0..<60 {
                let isUpdate = method == "PATCH"
                let path = TestServer.repositories + (isUpdate ? "registry.example/a/" : "")
                let name = isUpdate ? "" : #""name": "registry.example/b\#(number)", "#
                #expect(try await server.status(method, path, #"{\#(name)"username": "u", "password": "x"}"#) == 400)
            }
            #expect(server.backend.verifier.requests.count == 61, "all were sent")
            let kind = method == "PATCH" ? "Repository Update" : "Repository Create"
            func unsuccessful() async throws -> [JSON] {
                try await server.backend.backend.writeOutcomes()
                return try await server.list(TestServer.actions + "?limit=100").filter {
                    $0["action"]?.text == kind && $0["state"]?.text != "Success"
                }
            }
            let states = try await unsuccessful().compactMap { $0["state"]?.text }
            #expect(states.count == 32 && states.filter { $0 == "In progress" }.count == 1)
            // A success is an action of its own.
            server.backend.verifier.answer { _ in StubVerifier.accepting }
            let good = #"{"name": "registry.example/good", "username": "u", "password": "p"}"#
            #expect(try await server.status("POST", TestServer.repositories, good) == 201)
            let path = "/api/repo/v1/admin/repository/registry.example/good/"
            #expect(try await server.list("\(TestServer.actions)?object=\(path)").map { $0["state"]?.text } == ["Success"])
            try await server.backend.backend.catchUpTrail(isLast: true)
            let actions = try await unsuccessful()
            #expect(actions.compactMap { $0["attempts"]?.number }.reduce(0, +) == 60 && actions.count == 32)
            #expect(actions.allSatisfy { $0["state"]?.text == "Failed" && $0["status"]?.number == 400 })
        }
    }

    @Test(
        "The filter for a repository finds failed calls on it, with and without namespace and last slash",
        arguments: ["/api/repo/v1/repository/registry.example/a", "/api/repo/v1/admin/repository/registry.example/a"])
    func repositoryFilter(_ path: String) async throws {
        try await TestServer.run { server in
            let reader = Authorization.bearer(try await server.makeKey(#"{"scopes": ["repository:read"]}"#).key)
            for (method, target, body) in [
                ("DELETE", path, nil), ("DELETE", path + "/", nil), ("PATCH", path + "/", #"{"password": "x"}"#),
                ("POST", TestServer.repositories, registration), ("POST", "/api/repo/v1/verification/", registration),
                ("POST", "/api/repo/v1/admin/verification/", registration),
            ] {
                #expect(try await server.status(method, target, body, as: reader) == 403)
            }
            let other = Authorization.bearer(try await server.makeKey(#"{"scopes": ["pull"]}"#).key)
            #expect(try await server.status("GET", path, as: other) == 403)
            let found = try await server.list(TestServer.actions + "?repository=registry.example/a&limit=100")
            #expect(found.count == 7)
            #expect(found.allSatisfy { $0["object"]?.text == "/api/repo/v1/admin/repository/registry.example/a/" })
            #expect(try await server.list(TestServer.actions + "?repository=registry.example/b").isEmpty)
        }
    }

    @Test("Failed attempts are recorded without the secrets that were sent")
    func silence() async throws {
        try await TestServer.run { server in
            let key = server.backend.key
            let body = #"{"name": "registry.example/a", "username": "user-canary", "password": "pass-canary"}"#
            try await server.call("POST", TestServer.repositories, body)
            let fields = [(name: "User-Agent", value: "x \(key.revealed())")]
            for (method, target, body) in [
                ("POST", TestServer.repositories, body), ("POST", TestServer.repositories, body.replacing("name", with: "nam")),
                ("POST", TestServer.keys, #"{"label": "\#(key.revealed())"}"#), ("POST", TestServer.users, #"{"name": "pass-canary!"}"#),
                ("PATCH", TestServer.repositories + "registry.example/b/", body),
            ] {
                #expect(try await server.send(method, target, fields, body: body).status >= 400)
            }
            let actions = try await server.get(TestServer.actions + "?limit=1000").text
            #expect(try await failed(TestServer.actions, on: server).count == 5)
            #expect(!actions.contains("canary"))
            #expect(!actions.contains(key.secretPart))
        }
    }
}
