import Domain
import Operations
import RegistryClient
import TestSupport
import Testing
import Wire

@Suite("Verification before a credential is stored")
struct VerificationTests {
    private let path = TestServer.repositories + "registry.example/a/"
    private let body = #"{"name": "registry.example/a", "username": "u", "password": "p"}"#

    @Test("A credential that the registry rejects is not stored, and the response has the registry's reason")
    func refused() async throws {
        try await TestServer.run { server in
            server.backend.verifier.answer { _ in VerificationOutcome(verdict: .refused(reason: "the password is wrong")) }
            let before = try await server.everything()
            let response = try await server.send("POST", TestServer.repositories, body: body)
            #expect(response.status == 400)
            #expect(response.error == "the password is wrong. Nothing was stored.")
            #expect(try response.json["code"]?.text == "credential_rejected")
            #expect(response["X-DockerCloud-Action-URI"] == nil)
            #expect(try await server.everything() == before)
            #expect(try await server.get(path).status == 404)
        }
    }

    @Test("An update that the registry rejects keeps the old credential")
    func refusedUpdate() async throws {
        try await TestServer.run { server in
            let verifier = server.backend.verifier
            #expect(try await server.send("POST", TestServer.repositories, body: body).status == 201)
            let before = try await server.everything()
            verifier.answer { _ in VerificationOutcome(verdict: .refused(reason: "no")) }
            let response = try await server.send("PATCH", path, body: #"{"username": "x", "password": "y"}"#)
            #expect(response.status == 400)
            #expect(response.error == "no. The stored credential was not changed.")
            #expect(try await server.everything() == before)
            // The password is taken from the stored credential, which shows that it is unchanged.
            verifier.answer { _ in StubVerifier.accepting }
            #expect(try await server.send("PATCH", path, body: #"{"username": "n"}"#).status == 202)
            #expect(verifier.requests.last?.credential == Credential(username: Secret("n"), password: Secret("p")))
        }
    }

    @Test(
        "verify selects whether access is verified, and whether for push",
        arguments: [
            ("", VerificationDepth.pull, "Verified"), ("?verify=", .pull, "Verified"), ("?verify=true", .pull, "Verified"),
            ("?verify=1", .pull, "Verified"),
            ("?verify=push", .push, "Verified"), ("?verify=false", nil, "Unverified"), ("?verify=no", nil, "Unverified"),
            ("?verify=False", nil, "Unverified"),
        ] as [(String, VerificationDepth?, String)])
    func wishes(_ query: String, _ depth: VerificationDepth?, _ state: String) async throws {
        try await TestServer.run { server in
            let added = try await server.send("POST", TestServer.repositories + query, body: body)
            #expect(added.status == 201)
            #expect(try added.json["state"]?.text == state)
            #expect(try (added.json["checked_datetime"] == .null) == (depth == nil))
            let updated = try await server.send("PATCH", path + query, body: #"{"password": "n"}"#)
            #expect(updated.status == 202)
            #expect(server.backend.verifier.requests.map(\.depth) == (depth.map { [$0, $0] } ?? []))
        }
    }

    @Test("Other values of verify are rejected before the registry is contacted", arguments: ["x", "pull", "2", "PUSH", "truefalse"])
    func noWish(_ value: String) async throws {
        try await TestServer.run { server in
            for (method, target) in [("POST", TestServer.repositories), ("PATCH", path)] {
                let response = try await server.send(method, "\(target)?verify=\(value)", body: body)
                #expect(response.status == 400)
                #expect(response.error == "verify must be true, false or push")
            }
            #expect(server.backend.verifier.requests.isEmpty)
        }
    }

    @Test("A server that requires verification rejects verify=false and unresponsive registries")
    func required() async throws {
        let backend = try await TestBackend(policy: .require)
        try await TestServer.run(on: backend) { server in
            #expect(try await server.send("POST", TestServer.repositories + "?verify=false", body: body).status == 400)
            backend.verifier.answer { _ in VerificationOutcome(verdict: .inconclusive(reason: "connection refused")) }
            let response = try await server.send("POST", TestServer.repositories, body: body)
            #expect(response.status == 400)
            #expect(response.error?.contains("connection refused") == true)
            #expect(try await server.names().isEmpty)
        }
    }

    @Test("An unknown host name is rejected with advice, and stored without verification", arguments: VerificationPolicy.allCases)
    func unknownHost(policy: VerificationPolicy) async throws {
        let unknown = VerificationOutcome(verdict: .unknownHost(reason: "no such host name"), isReached: false)
        let backend = try await TestBackend(verifier: StubVerifier { _ in unknown }, policy: policy)
        try await TestServer.run(on: backend) { server in
            let response = try await server.send("POST", TestServer.repositories + "?verify=true", body: body)
            #expect(response.status == 400)
            #expect(response.error?.hasPrefix("no such host name. Nothing was stored. Check the spelling") == true)
            #expect(response.error?.contains("verify=false") == (policy != .require))
            #expect(try await server.names().isEmpty)
            guard policy != .require else { return }
            #expect(try await server.send("POST", TestServer.repositories + "?verify=false", body: body).status == 201)
        }
    }

    @Test("If a registry does not respond or has no such repository yet, the repository is stored with the reason")
    func stored() async throws {
        try await TestServer.run { server in
            server.backend.verifier.answer { _ in VerificationOutcome(verdict: .inconclusive(reason: "connection refused")) }
            let silent = try await server.send("POST", TestServer.repositories, body: body).json
            #expect(silent["state"] == .string("Unreachable"))
            #expect(silent["state_reason"] == .string("connection refused"))
            server.backend.verifier.answer { _ in VerificationOutcome(verdict: .absent, granted: Grants(push: .yes)) }
            let absent = try await server.register("registry.example/b").json
            #expect(absent["state"] == .string("Absent"))
            #expect(absent["granted"]?["push"] == .string("yes"))
            #expect(
                absent["state_reason"]
                    == .string("registry.example has no repository of this name yet. Check the spelling, or push to create it."))
        }
    }
}
