import DockerCloud
import FakeCloud
import Testing

@Suite struct AccountRequestTests {
    /// Responds with an object to each path below `/api/account/`.
    private static let everything: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        if request.method == "DELETE" { return .noContent }
        let words = Set(request.target.split(separator: "/"))
        if words.contains("member") { return .ok(Body.member()) }
        if words.contains("robot") { return .ok(Body.robot()) }
        if words.contains("user") { return .ok(Body.user()) }
        if words.contains("organization") { return .ok(Body.organization()) }
        return .ok(Body.apiKey(key: request.method == "POST" ? "lm_key" : nil))
    }

    /// The requests that a call sends, as `METHOD path body`.
    private func sent(namespace: String? = "acme", _ call: (DockerCloudClient) async throws -> Void) async throws -> [String] {
        try await FakeCloud.run(Self.everything) { cloud in
            try await call(cloud.client(namespace: namespace))
            return cloud.requests.map { [$0.method, $0.target, $0.body].filter { !$0.isEmpty }.joined(separator: " ") }
        }
    }

    @Test("Paths of users contain no namespace")
    func users() async throws {
        let requests = try await sent { client in
            _ = try await client.users.create("carol")
            _ = try await client.users.create("dave", isAdministrator: true)
            _ = try await client.users.get("carol")
            _ = try await client.users.disable("carol")
            _ = try await client.users.enable("carol")
        }
        #expect(
            requests == [
                #"POST /api/account/v1/user/ {"is_administrator":false,"name":"carol"}"#,
                #"POST /api/account/v1/user/ {"is_administrator":true,"name":"dave"}"#,
                "GET /api/account/v1/user/carol/",
                #"PATCH /api/account/v1/user/carol/ {"is_disabled":true}"#,
                #"PATCH /api/account/v1/user/carol/ {"is_disabled":false}"#,
            ])
    }

    @Test("Paths of organizations contain no namespace")
    func organizations() async throws {
        let requests = try await sent(namespace: "other") { client in
            _ = try await client.organizations.create("acme")
            _ = try await client.organizations.get("acme")
            try await client.organizations.remove("acme")
        }
        #expect(
            requests == [
                #"POST /api/account/v1/organization/ {"name":"acme"}"#, "GET /api/account/v1/organization/acme/",
                "DELETE /api/account/v1/organization/acme/",
            ])
    }

    @Test("Paths of members contain their organization, regardless of the client's namespace")
    func members() async throws {
        let requests = try await sent(namespace: "other") { client in
            let members = try client.members(of: "acme")
            _ = try await members.set("carol", to: .write)
            _ = try await members.get("carol")
            try await members.remove("carol")
        }
        #expect(
            requests == [
                #"POST /api/account/v1/organization/acme/member/ {"name":"carol","permission":"write"}"#,
                "GET /api/account/v1/organization/acme/member/carol/", "DELETE /api/account/v1/organization/acme/member/carol/",
            ])
    }

    @Test(
        "Paths of robots contain the organization from the namespace or the robot's account",
        arguments: [("acme", "ci"), ("acme", "acme+ci"), (nil, "acme+ci")])
    func robots(namespace: String?, name: String) async throws {
        let requests = try await sent(namespace: namespace) { client in
            _ = try await client.robots.create(name)
            _ = try await client.robots.get(name)
            _ = try await client.robots.set(name, to: .admin)
            try await client.robots.remove(name)
        }
        #expect(
            requests == [
                #"POST /api/account/v1/acme/robot/ {"name":"ci","permission":"read"}"#, "GET /api/account/v1/acme/robot/ci/",
                #"PATCH /api/account/v1/acme/robot/ci/ {"permission":"admin"}"#, "DELETE /api/account/v1/acme/robot/ci/",
            ])
    }

    @Test("A robot of an organization other than the namespace is refused without a request")
    func foreignRobot() async throws {
        let requests = try await sent { client in
            await #expect(throws: DockerCloudError.self) { _ = try await client.robots.get("other+ci") }
            await #expect(throws: DockerCloudError.self) { _ = try await client.robots.create("other+ci") }
        }
        #expect(requests.isEmpty)
    }

    @Test("Creating a key sends only the given values; the client's namespace does not restrict the key")
    func apiKeys() async throws {
        let requests = try await sent { client in
            _ = try await client.apiKeys.create()
            _ = try await client.apiKeys.create(
                for: "acme+ci", label: "build \"server\"", scopes: [.pull, .repositoryWrite], expiresInDays: 30, namespace: "acme",
                repositories: ["registry.local/team/*"])
            _ = try await client.apiKeys.get("4bVn0cQw8ZrT")
            try await client.apiKeys.revoke("4bVn0cQw8ZrT")
        }
        #expect(
            requests == [
                "POST /api/account/v1/apikey/ {}",
                #"POST /api/account/v1/apikey/ {"account":"acme+ci","expires_days":30,"label":"build \"server\"","namespace":"acme","#
                    + #""repositories":["registry.local/team/*"],"scopes":["pull","repository:write"]}"#,
                "GET /api/account/v1/apikey/4bVn0cQw8ZrT/", "DELETE /api/account/v1/apikey/4bVn0cQw8ZrT/",
            ])
    }

    @Test(
        "An invalid account name is refused without a request",
        arguments: ["", "a", "Carol", "carol/", "a b", "../carol", "carol?x=y", "user", "a--b", "acme+", "+ci", "acme+ci+x"])
    func names(name: String) async throws {
        let requests = try await sent { client in
            await #expect(throws: DockerCloudError.self) { _ = try await client.users.create(name) }
            await #expect(throws: DockerCloudError.self) { _ = try await client.users.disable(name) }
            await #expect(throws: DockerCloudError.self) { _ = try await client.organizations.create(name) }
            await #expect(throws: DockerCloudError.self) { try await client.organizations.remove(name) }
            #expect(throws: DockerCloudError.self) { _ = try client.members(of: name) }
            await #expect(throws: DockerCloudError.self) { _ = try await client.members(of: "acme").set(name, to: .read) }
            await #expect(throws: DockerCloudError.self) { try await client.members(of: "acme").remove(name) }
            await #expect(throws: DockerCloudError.self) { _ = try await client.apiKeys.create(for: name) }
            await #expect(throws: DockerCloudError.self) { _ = try await client.apiKeys.create(namespace: name) }
            #expect(throws: DockerCloudError.self) { _ = try client.apiKeys.list(account: name) }
        }
        #expect(requests.isEmpty)
    }

    @Test(
        "An invalid key ID is refused without a request, and a whole key is not repeated in the error",
        arguments: ["", "a/b", "..", "lm_canary_secret", "é"])
    func ids(id: String) async throws {
        let requests = try await sent { client in
            let error = await #expect(throws: DockerCloudError.self) { _ = try await client.apiKeys.get(id) }
            #expect(error?.description.contains("canary") == false)
            await #expect(throws: DockerCloudError.self) { try await client.apiKeys.revoke(id) }
        }
        #expect(requests.isEmpty)
    }
}
