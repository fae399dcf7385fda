import Domain
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing
import Wire

@Suite("Verifying a repository again over the API")
struct VerifyAgainTests {
    private static let path = "/api/repo/v1/verification/"
    private static let name = "registry.example/a"

    private func verify(_ body: String, on server: TestServer, as authorization: Authorization = .administrator) async throws -> RawResponse
    {
        try await server.send("POST", Self.path, as: authorization, body: body)
    }

    @Test("The response to a verification contains the updated repository and an action")
    func verified() async throws {
        try await TestServer.run { server in
            try await server.register(Self.name)
            server.backend.clock.advance(by: 60)
            server.backend.verifier.answer { _ in VerificationOutcome(verdict: .refused(reason: "the password is wrong")) }
            let response = try await verify(#"{"name": "registry.example/a"}"#, on: server)
            #expect(response.status == 200)
            let body = try response.json
            #expect(body["name"]?.text == Self.name)
            #expect(body["state"]?.text == "Rejected")
            #expect(body["state_reason"]?.text == "the password is wrong. Update the credential with 'docker-cloud repository update'.")
            #expect(body["granted"] == .object(["pull": .string("unknown"), "push": .string("unknown")]))
            #expect(body["checked_datetime"]?.text == "Mon, 13 Oct 2014 11:02:43 +0000")
            #expect(body["modified_datetime"]?.text == "Mon, 13 Oct 2014 11:01:43 +0000")
            #expect(try await server.get(TestServer.repositories + Self.name + "/").text == response.text)
            let action = try await server.get(try #require(response["X-DockerCloud-Action-URI"])).json
            #expect(action["action"]?.text == "Repository Verify")
            #expect(action["object"] == body["resource_uri"])
            #expect(action["is_user_action"] == .bool(true))
            #expect(action["path"]?.text == Self.path)
        }
    }

    @Test(
        "push selects whether push access is verified",
        arguments: [("", VerificationDepth.pull), (#", "push": false"#, .pull), (#", "push": null"#, .pull), (#", "push": true"#, .push)])
    func push(member: String, depth: VerificationDepth) async throws {
        try await TestServer.run { server in
            try await server.register(Self.name)
            #expect(try await verify(#"{"name": "\#(Self.name)"\#(member)}"#, on: server).status == 200)
            #expect(server.backend.verifier.requests.last?.depth == depth)
        }
    }

    @Test(
        "Invalid repository names are rejected",
        arguments: [
            ("{}", 400, "The member 'name' is missing"), (#"{"name": null}"#, 400, "The member 'name' is missing"),
            (#"{"push": true}"#, 400, "The member 'name' is missing"),
            (#"{"name": 1}"#, 400, "The member 'name' must be a string, not a number"),
            (#"{"name": "registry.example/a", "push": "yes"}"#, 400, "The member 'push' must be a boolean, not a string"),
            (
                #"{"name": "registry.example/a", "password": "x"}"#, 400,
                "Unknown member 'password': a verification has the members name and push"
            ),
            (#"{"name": "registry.example/a:v1"}"#, 400, "Invalid name: "),
            (#"{"name": "https://registry.example/a"}"#, 400, "Invalid name: "),
            (#"{"name": "registry.example/b"}"#, 404, ""), ("[]", 400, "The body must be a JSON object, not an array"),
        ])
    func refused(body: String, status: Int, error: String) async throws {
        try await TestServer.run { server in
            try await server.register(Self.name)
            let before = try await server.everything()
            let response = try await verify(body, on: server)
            #expect(response.status == status)
            #expect(response.error?.hasPrefix(error) == true)
            #expect(response["X-DockerCloud-Action-URI"] == nil)
            #expect(try await server.everything() == before)
            #expect(server.backend.verifier.requests.count == 1)
        }
    }

    @Test("The name may have any of its spellings, and the path may contain the namespace")
    func spellings() async throws {
        try await TestServer.run { server in
            try await server.register("ubuntu")
            for path in [Self.path, "/api/repo/v1/verification", "/api/repo/v1/admin/verification/"] {
                let response = try await server.send("POST", path, body: #"{"name": "index.docker.io/ubuntu"}"#)
                #expect(response.status == 200)
                #expect(try response.json["name"]?.text == "docker.io/library/ubuntu")
            }
            #expect(try await server.send("POST", Self.path + "docker.io/library/ubuntu/", body: "{}").status == 404)
            #expect(try await server.send("POST", Self.path + "?push=true", body: #"{"name": "ubuntu"}"#).status == 400)
        }
    }

    @Test("If a repository changes during its verification, it is not overwritten, and the response reports it")
    func conflict() async throws {
        try await TestServer.run { server in
            let path = TestServer.repositories + Self.name + "/"
            try await server.register(Self.name)
            server.backend.verifier.answer { _ in
                server.backend.verifier.answer { _ in StubVerifier.accepting }
                _ = try? await server.send("PATCH", path, body: #"{"username": "u", "password": "p"}"#)
                return VerificationOutcome(verdict: .refused(reason: "no"))
            }
            let response = try await verify(#"{"name": "\#(Self.name)"}"#, on: server)
            #expect(response.status == 409)
            #expect(response["X-DockerCloud-Action-URI"] == nil)
            #expect(try await server.get(path).json["state"]?.text == "Verified")
        }
    }

    @Test("A background verification is not recorded as a user action")
    func background() async throws {
        try await TestServer.run { server in
            let backend = server.backend
            try await server.register(Self.name)
            backend.clock.advance(by: 7 * 60 * 60)
            backend.verifier.answer { _ in VerificationOutcome(verdict: .refused(reason: "no")) }
            for repository in try await backend.backend.repositoriesToVerify(limit: 1) {
                try await backend.backend.verifyInTheBackground(repository)
            }
            let actions = try await server.get(TestServer.actions).json["objects"]?.elements ?? []
            #expect(actions.map { $0["action"]?.text } == ["Repository Verify", "Repository Create"])
            #expect(actions.map { $0["is_user_action"] } == [.bool(false), .bool(true)])
            #expect(actions.first?["user"]?.text == "")
            #expect(actions.first?["object"]?.text == "/api/repo/v1/admin/repository/registry.example/a/")
        }
    }
}
