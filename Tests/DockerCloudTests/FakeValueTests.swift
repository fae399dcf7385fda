import DockerCloud
import FakeCloud
import FoundationEssentials
import Testing

@Suite("Values for fakes")
struct FakeValueTests {
    private static let date = Date(timeIntervalSince1970: 1_413_198_103)
    private static let before = date - 1
    private static let after = date + 1

    private func received<Value: Sendable>(_ body: String, _ call: (DockerCloudClient) async throws -> Value) async throws -> Value {
        try await FakeCloud.run { _ in
            .ok(body)
        } _: {
            try await call($0.client(namespace: "acme"))
        }
    }

    @Test("A value from its initializer equals the one from a response")
    func equal() async throws {
        let path = "/api/account/v1/organization/acme/"
        #expect(
            try await received(Body.repository()) { try await $0.repositories.get("a/b") }
                == Repository(
                    name: "registry.local/user1/image1", registry: "/api/repo/v1/alice/registry/registry.local/",
                    resourceURI: "/api/repo/v1/alice/repository/registry.local/user1/image1/", state: .verified,
                    granted: Repository.Granted(pull: .yes), checked: Self.date, created: Self.before, modified: Self.after))
        #expect(
            try await received(Body.registry()) { try await $0.registries.get("registry.local:5000") }
                == Registry(
                    host: "registry.local", port: 5000, name: "registry.local:5000", isSSL: true,
                    resourceURI: "/api/repo/v1/alice/registry/registry.local:5000/"))
        #expect(
            try await received(Body.user()) { try await $0.users.get("carol") }
                == User(name: "carol", created: Self.date, resourceURI: "/api/account/v1/user/carol/"))
        #expect(
            try await received(Body.organization()) { try await $0.organizations.get("acme") }
                == Organization(name: "acme", permission: .admin, created: Self.date, resourceURI: path))
        #expect(
            try await received(Body.member()) { try await $0.members(of: "acme").get("carol") }
                == Member(name: "carol", organization: path, permission: .write, created: Self.date, resourceURI: path + "member/carol/"))
        #expect(
            try await received(Body.robot()) { try await $0.robots.get("ci") }
                == Robot(
                    name: "ci", account: "acme+ci", organization: path, permission: .read, created: Self.date,
                    resourceURI: "/api/account/v1/acme/robot/ci/"))
    }

    @Test("API keys, revocations and actions from their initializers equal those from responses")
    func keys() async throws {
        let key = APIKey(
            id: "4bVn0cQw8ZrT", account: "acme+ci", label: "build server", scopes: [.pull, .repositoryRead], namespace: "acme",
            repositories: ["registry.local/team/*"], created: Self.before, expires: Self.date,
            resourceURI: "/api/account/v1/apikey/4bVn0cQw8ZrT/")
        #expect(try await received(Body.apiKey()) { try await $0.apiKeys.get("4bVn0cQw8ZrT") } == key)
        let new = try await received(Body.apiKey(key: "lm_key")) { try await $0.apiKeys.create() }
        #expect(new.apiKey == key && new.secret == NewAPIKey(key, secret: "lm_key").secret)
        let revocation = #"{"revoked": ["4bVn0cQw8ZrT"], "remaining": [{"account": "acme+ci", "id": "robot", "label": ""}]}"#
        #expect(
            try await received(revocation) { try await $0.apiKeys.revoke("4bVn0cQw8ZrT") }
                == KeyRevocation(revoked: ["4bVn0cQw8ZrT"], remaining: [KeyRevocation.Key(id: "robot", account: "acme+ci")]))
        let uuid = "0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f"
        #expect(
            try await received(Body.action()) { try await $0.actions.get(uuid) }
                == Action(
                    uuid: uuid, action: "Repository Create", object: "/api/repo/v1/acme/repository/registry.local/user1/image1/",
                    state: .success, started: Self.date, ended: Self.after, user: "acme+ci", ip: "192.0.2.1", method: "POST",
                    path: "/api/repo/v1/acme/repository/", userAgent: "tests/1", resourceURI: "/api/audit/v1/acme/action/\(uuid)/"))
    }

    @Test("Values in different namespaces have different IDs")
    func identity() {
        let robots = ["acme", "other"].map {
            Robot(
                name: "ci", account: "\($0)+ci", organization: "", permission: .read, created: Self.date,
                resourceURI: "/api/account/v1/\($0)/robot/ci/")
        }
        #expect(Set(robots.map(\.id)).count == 2)
    }
}
