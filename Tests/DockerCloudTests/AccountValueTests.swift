import DockerCloud
import FakeCloud
import FoundationEssentials
import Testing

@Suite struct AccountValueTests {
    private static let date = Date(timeIntervalSince1970: 1_413_198_103)

    private func value<Value: Sendable>(_ body: String, _ call: (DockerCloudClient) async throws -> Value) async throws -> Value {
        try await FakeCloud.run { _ in
            .ok(body)
        } _: {
            try await call($0.client(namespace: "acme"))
        }
    }

    @Test("All attributes of a user are decoded")
    func user() async throws {
        let user = try await value(Body.user(isAdministrator: true, isDisabled: true)) { try await $0.users.get("carol") }
        #expect(user.name == "carol")
        #expect(user.isAdministrator && user.isDisabled)
        #expect(user.created == Self.date)
        #expect(user.resourceURI == "/api/account/v1/user/carol/")
        #expect(user.id == user.resourceURI)
    }

    @Test("All attributes of an organization, a member and a robot are decoded")
    func organization() async throws {
        let organization = try await value(Body.organization(permission: "read")) { try await $0.organizations.get("acme") }
        #expect(organization.name == "acme" && organization.permission == .read && organization.created == Self.date)
        #expect(organization.id == organization.resourceURI)
        let member = try await value(Body.member()) { try await $0.members(of: "acme").get("carol") }
        #expect(member.name == "carol" && member.permission == .write && member.created == Self.date)
        #expect(member.organization == "/api/account/v1/organization/acme/")
        #expect(member.id == "/api/account/v1/organization/acme/member/carol/")
        let robot = try await value(Body.robot()) { try await $0.robots.get("ci") }
        #expect(robot.name == "ci" && robot.account == "acme+ci" && robot.permission == .read && robot.created == Self.date)
        #expect(robot.organization == "/api/account/v1/organization/acme/")
        #expect(robot.id == robot.resourceURI)
    }

    @Test("An unknown permission keeps its raw value")
    func unknownPermission() async throws {
        let robot = try await value(Body.robot(permission: "deploy")) { try await $0.robots.get("ci") }
        #expect(robot.permission.rawValue == "deploy")
    }

    @Test("All attributes of an API key are decoded")
    func apiKey() async throws {
        let body = Body.apiKey(lastUsed: "Mon, 13 Oct 2014 11:01:44 +0000", revoked: "Mon, 13 Oct 2014 11:01:45 +0000")
            .adding(#""made_with": "0aA9zZkeyid1", "renews": "1bB8yYkeyid2""#)
        let key = try await value(body) { try await $0.apiKeys.get("4bVn0cQw8ZrT") }
        #expect(key.id == "4bVn0cQw8ZrT" && key.account == "acme+ci" && key.label == "build server" && key.namespace == "acme")
        #expect(key.scopes == [.pull, .repositoryRead])
        #expect(key.repositories == ["registry.local/team/*"])
        #expect(key.created == Self.date - 1)
        #expect(key.expires == Self.date)
        #expect(key.lastUsed == Self.date + 1)
        #expect(key.revoked == Self.date + 2)
        #expect(key.resourceURI == "/api/account/v1/apikey/4bVn0cQw8ZrT/")
        #expect(key.madeWith == "0aA9zZkeyid1" && key.renews == "1bB8yYkeyid2")
    }

    @Test("A key is live until the second of its expiry; a revoked key is never live")
    func state() async throws {
        let expiring = try await value(Body.apiKey()) { try await $0.apiKeys.get("4bVn0cQw8ZrT") }
        #expect(expiring.state(at: Self.date - 1) == .live)
        #expect(expiring.state(at: Self.date) == .expired)
        let revoked = try await value(Body.apiKey(revoked: "Mon, 13 Oct 2014 11:01:42 +0000")) { try await $0.apiKeys.get("4bVn0cQw8ZrT") }
        #expect(revoked.state(at: Self.date - 2) == .revoked)
        #expect(revoked.state(at: Self.date + 9) == .revoked)
        let eternal = try await value(Body.apiKey(expires: nil)) { try await $0.apiKeys.get("4bVn0cQw8ZrT") }
        #expect(eternal.expires == nil && eternal.state(at: .distantFuture) == .live)
    }

    @Test("All attributes of an action are decoded")
    func action() async throws {
        let body = Body.action(action: "Member Update", state: "Failed", status: 403)
            .adding(#""attempts": 3, "key_id": "4bVn0cQw8ZrT", "reason": "denied", "reference": "v1""#)
        let action = try await value(body) { try await $0.actions.find("0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f") }
        #expect(action.uuid == "0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f" && action.action == "Member Update")
        #expect(action.object == "/api/repo/v1/acme/repository/registry.local/user1/image1/")
        #expect(action.state == .failed && action.status == 403)
        #expect(action.started == Self.date && action.ended == Self.date + 1)
        #expect(action.user == "acme+ci" && action.ip == "192.0.2.1" && action.isUserAction)
        #expect(action.method == "POST" && action.path == "/api/repo/v1/acme/repository/" && action.userAgent == "tests/1")
        #expect(action.attempts == 3 && action.apiKey == "4bVn0cQw8ZrT" && action.reason == "denied" && action.reference == "v1")
        #expect(!action.canBeCanceled && !action.canBeRetried && action.location.isEmpty)
        #expect(action.id == action.uuid && action.resourceURI == "/api/audit/v1/acme/action/\(action.uuid)/")
        let success = try await value(Body.action()) { try await $0.actions.find("0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f") }
        #expect(success.state == .success && success.status == nil && success.attempts == 1)
    }

    @Test("A response with an object of another type is an error")
    func wrongObjects() async throws {
        await #expect(throws: DockerCloudError.self) { _ = try await value(Body.user()) { try await $0.robots.get("ci") } }
        await #expect(throws: DockerCloudError.self) { _ = try await value(Body.robot()) { try await $0.users.get("carol") } }
        await #expect(throws: DockerCloudError.self) { _ = try await value(Body.member()) { try await $0.apiKeys.get("a") } }
    }
}
