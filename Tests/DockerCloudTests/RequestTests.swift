import DockerCloud
import FakeCloud
import Testing

@Suite struct RequestTests {
    private static let everything: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        switch request.method {
        case "POST": .response(status: 201, body: Body.repository())
        case "PATCH": .response(status: 202, body: Body.repository())
        case "DELETE": .noContent
        default: request.target.contains("/registry/") ? .ok(Body.registry()) : .ok(Body.repository())
        }
    }

    @Test("Requests carry Authorization, Accept and User-Agent")
    func headers() async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            _ = try await cloud.client().repositories.get("registry.local/user1/image1")
            let headers = try #require(cloud.requests.first).headers
            #expect(headers["authorization"] == "Basic YWxpY2U6bG1fa2V5")
            #expect(headers["accept"] == "application/json")
            #expect(headers["user-agent"] == "tests/1")
            #expect(headers["accept-encoding"] == nil)
            #expect(headers["content-type"] == nil)
        }
    }

    @Test("A verbatim authorization is sent unchanged, with or without a scheme", arguments: ["Bearer lm_key", "anything"])
    func verbatim(value: String) async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            let client = try DockerCloudClient(host: CloudHost(cloud.url), authorization: .verbatim(value))
            _ = try await client.repositories.get("a/b")
            #expect(cloud.requests.first?.headers["authorization"] == value)
        }
    }

    @Test(
        "Paths contain the canonical repository name, unencoded",
        arguments: [
            ("registry.local/user1/image1", "registry.local/user1/image1"),
            ("registry.local:5000/a/b/c", "registry.local:5000/a/b/c"),
            ("ubuntu", "docker.io/library/ubuntu"),
            ("localhost/a__b.c-d", "localhost/a__b.c-d"),
        ])
    func paths(name: String, path: String) async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            let repositories = try cloud.client().repositories
            _ = try await repositories.get(name)
            _ = try await repositories.update(name, password: "new")
            try await repositories.remove(name)
            let target = "/api/repo/v1/repository/\(path)/"
            #expect(cloud.lines == ["GET \(target)", "PATCH \(target)", "DELETE \(target)"])
        }
    }

    @Test("Paths contain the namespace before the resource")
    func namespace() async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            let client = try cloud.client(namespace: "team")
            _ = try await client.repositories.get("a/b")
            _ = try await client.registries.get("registry.local:5000")
            #expect(
                cloud.lines == [
                    "GET /api/repo/v1/team/repository/docker.io/a/b/", "GET /api/repo/v1/team/registry/registry.local:5000/",
                ])
        }
    }

    @Test("Registering sends the name and, if given, the user name and password")
    func register() async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            let repositories = try cloud.client().repositories
            _ = try await repositories.register("registry.local/user1/image1", username: "robot", password: "a/b\"\n\u{e9}")
            _ = try await repositories.register("registry.local/user1/image1")
            #expect(cloud.lines == Array(repeating: "POST /api/repo/v1/repository/", count: 2))
            #expect(
                cloud.requests.map(\.members) == [
                    ["name": "registry.local/user1/image1", "username": "robot", "password": "a/b\"\n\u{e9}"],
                    ["name": "registry.local/user1/image1"],
                ])
            #expect(cloud.requests.allSatisfy { $0.headers["content-type"] == "application/json" })
        }
    }

    @Test("Updating sends only the given values, including empty ones")
    func update() async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            let repositories = try cloud.client().repositories
            _ = try await repositories.update("a/b", username: "robot")
            _ = try await repositories.update("a/b", username: "", password: "")
            #expect(cloud.requests.map(\.body) == [#"{"username":"robot"}"#, #"{"password":"","username":""}"#])
        }
    }

    @Test(
        "The verification mode is sent in the query",
        arguments: [(Repositories.Verification.yes, ""), (.no, "?verify=false"), (.push, "?verify=push")])
    func verify(mode: Repositories.Verification, query: String) async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            let repositories = try cloud.client().repositories
            _ = try await repositories.register("a/b", verify: mode)
            _ = try await repositories.update("a/b", password: "new", verify: mode)
            #expect(
                cloud.lines == [
                    "POST /api/repo/v1/repository/\(query)", "PATCH /api/repo/v1/repository/docker.io/a/b/\(query)",
                ])
        }
    }

    @Test(
        "An invalid repository name is refused without a request",
        arguments: ["", "https://registry.local/a", "registry.local/a:v1", "registry.local/a@sha256:00", "a/B", "a//b", "a%2Fb", "a/../b"])
    func invalidNames(name: String) async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            let repositories = try cloud.client().repositories
            await #expect(throws: DockerCloudError.self) { _ = try await repositories.get(name) }
            await #expect(throws: DockerCloudError.self) { _ = try await repositories.register(name) }
            await #expect(throws: DockerCloudError.self) { _ = try await repositories.update(name, password: "x") }
            await #expect(throws: DockerCloudError.self) { try await repositories.remove(name) }
            #expect(cloud.requests.isEmpty)
        }
    }

    @Test("The error for an invalid repository name or namespace explains the rule")
    func rules() async throws {
        try await FakeCloud.run(Self.everything) { cloud in
            let error = await #expect(throws: DockerCloudError.self) {
                _ = try await cloud.client().repositories.get("registry.local/a:v1")
            }
            #expect(error?.description.contains("leave out the tag") == true)
            let other = #expect(throws: DockerCloudError.self) { _ = try cloud.client(namespace: "Team") }
            #expect(other?.description.contains("lower-case") == true)
        }
    }
}
