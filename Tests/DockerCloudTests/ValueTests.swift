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

    @Test("All attributes of a repository are decoded")
    func repositoryFields() async throws {
        let value = try await repository(Body.repository(inUse: true, state: "Absent", reason: "no such repository", push: "no"))
        #expect(value.name == "registry.local/user1/image1")
        #expect(value.inUse)
        #expect(value.registry == "/api/repo/v1/alice/registry/registry.local/")
        #expect(value.resourceURI == "/api/repo/v1/alice/repository/registry.local/user1/image1/")
        #expect(value.state == .absent)
        #expect(value.stateReason == "no such repository")
        #expect(value.pull == .yes)
        #expect(value.push == .no)
        #expect(value.checked == Date(timeIntervalSince1970: 1_413_198_103))
        #expect(value.created == Date(timeIntervalSince1970: 1_413_198_102))
        #expect(value.modified == Date(timeIntervalSince1970: 1_413_198_104))
    }

    @Test("An unknown state keeps its raw value")
    func unknownState() async throws {
        let value = try await repository(Body.repository(state: "Quarantined"))
        #expect(value.state.rawValue == "Quarantined")
    }

    @Test("The JSON of a value contains all that the server sent, including unknown members and exact numbers")
    func rawJSON() async throws {
        let value = try await repository(
            Body.repository(more: #", "z": {"n": 1.50e3, "list": [1, "a\/bA\u0007\u009b\""], "none": [], "empty": {}, "null": null}"#))
        #expect(
            value.json.hasSuffix(
                #", "z": {"empty": {}, "list": [1, "a/bA\u0007\u009b\""], "n": 1.50e3, "none": [], "null": null}}"#))
        #expect(
            value.indentedJSON.hasSuffix(
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
        #expect(registry.json.hasPrefix(#"{"host": "registry.local", "#))
    }
}
