import DockerCloud
import FakeCloud
import FoundationEssentials
import Testing

@Suite struct ValueTests {
    private func repository(_ body: String) async throws -> Repository {
        try await FakeCloud.run { _ in
            .ok(body)
        } _: {
            try await $0.client().repositories.get("a/b")
        }
    }

    private func received(_ body: String) async throws -> Received<Repository> {
        try await FakeCloud.run { _ in
            .ok(body)
        } _: {
            try await $0.client().repositories.received("a/b")
        }
    }

    @Test("All attributes of a repository are decoded")
    func repositoryFields() async throws {
        let value = try await repository(
            Body.repository(
                inUse: true, state: "Absent", reason: "no such repository", push: "no",
                more: #", "last_pulled_by": "acme+ci", "last_pulled_datetime": "Mon, 13 Oct 2014 11:01:45 +0000", "#
                    + #""last_pushed_by": "alice", "last_pushed_datetime": "Mon, 13 Oct 2014 11:01:46 +0000""#))
        #expect(value.name == "registry.local/user1/image1")
        #expect(value.inUse)
        #expect(value.registry == "/api/repo/v1/alice/registry/registry.local/")
        #expect(value.resourceURI == "/api/repo/v1/alice/repository/registry.local/user1/image1/")
        #expect(value.state == .absent)
        #expect(value.stateReason == "no such repository")
        #expect(value.granted.pull == .yes)
        #expect(value.granted.push == .no)
        #expect(value.checked == Date(timeIntervalSince1970: 1_413_198_103))
        #expect(value.created == Date(timeIntervalSince1970: 1_413_198_102))
        #expect(value.modified == Date(timeIntervalSince1970: 1_413_198_104))
        #expect(value.lastPulled == Date(timeIntervalSince1970: 1_413_198_105) && value.lastPulledBy == "acme+ci")
        #expect(value.lastPushed == Date(timeIntervalSince1970: 1_413_198_106) && value.lastPushedBy == "alice")
        #expect(value.id == value.resourceURI)
    }

    @Test("An unknown state keeps its raw value")
    func unknownState() async throws {
        let value = try await repository(Body.repository(state: "Quarantined"))
        #expect(value.state.rawValue == "Quarantined")
    }

    @Test("A repository that was never pulled, pushed or verified has no such times", arguments: ["", Self.never])
    func unused(more: String) async throws {
        let value = try await repository(
            Body.repository(more: more).replacing(
                #""checked_datetime": "Mon, 13 Oct 2014 11:01:43 +0000""#, with: #""checked_datetime": null"#))
        #expect(value.checked == nil)
        #expect(value.lastPulled == nil && value.lastPulledBy == nil && value.lastPushed == nil && value.lastPushedBy == nil)
    }

    private static let never =
        #", "last_pulled_by": null, "last_pulled_datetime": null, "last_pushed_by": null, "last_pushed_datetime": null"#

    @Test("The JSON of a value contains all that the server sent, including unknown members and exact numbers")
    func rawJSON() async throws {
        let value = try await received(
            Body.repository(more: #", "z": {"n": 1.50e3, "list": [1, "a\/bA\u0007\u009b\""], "none": [], "empty": {}, "null": null}"#))
        #expect(
            value.text().hasSuffix(
                #", "z": {"empty": {}, "list": [1, "a/bA\u0007\u009b\""], "n": 1.50e3, "none": [], "null": null}}"#))
        #expect(
            value.text(indentedBy: 2).hasSuffix(
                """
                  "state_reason": null,
                  "z": {
                    "empty": {},
                    "list": [
                      1,
                      "a/bA\\u0007\\u009b\\""
                    ],
                    "n": 1.50e3,
                    "none": [],
                    "null": null
                  }
                }
                """))
    }

    @Test("All attributes of a registry are decoded")
    func registry() async throws {
        let registry = try await FakeCloud.run { _ in
            .ok(Body.registry(isSSL: "null", port: "null"))
        } _: {
            try await $0.client().registries.get("registry.local:5000")
        }
        #expect(registry.host == "registry.local")
        #expect(registry.port == nil)
        #expect(registry.isSSL == nil)
        #expect(!registry.isDockerRegistry)
        #expect(registry.authority == "registry.local:5000")
        #expect(registry.name == "registry.local:5000")
        #expect(registry.trust == Registry.Trust())
        #expect(registry.id == "/api/repo/v1/alice/registry/registry.local:5000/")
    }

    @Test("All attributes of the trust in a registry are decoded")
    func trust() async throws {
        let registry = try await FakeCloud.run { _ in
            .ok(
                Body.registry().adding(
                    #""is_trusted": true, "trusted_networks": ["10.0.0.0/8", "fd00::/8"], "plain_http": true, "#
                        + #""ca_certificate": "-----BEGIN", "realm": "https://auth.local/token", "blob_hosts": ["minio.local:9000"]"#))
        } _: {
            try await $0.client().registries.get("registry.local:5000")
        }
        #expect(
            registry.trust
                == Registry.Trust(
                    isApproved: true, networks: ["10.0.0.0/8", "fd00::/8"], plainHTTP: true, certificateAuthorities: "-----BEGIN",
                    realm: "https://auth.local/token", blobHosts: ["minio.local:9000"]))
        #expect(registry.port == 5000 && registry.isSSL == true)
    }
}
