import DockerCloud
import FakeCloud
import Testing

@Suite struct TrustTests {
    private static let path = "/api/repo/v1/registry/registry.local:5000/"

    private func requests(_ body: (DockerCloudClient) async throws -> Registry) async throws -> [FakeCloud.Request] {
        try await FakeCloud.run { _ in
            .response(status: 202, body: Body.registry())
        } _: { cloud in
            let registry = try await body(cloud.client())
            #expect(registry.authority == "registry.local:5000")
            return cloud.requests
        }
    }

    @Test("Trusting a registry sends only the given values")
    func trust() async throws {
        let rows: [(String, (Registries) async throws -> Registry)] = [
            (#"{"is_trusted":true}"#, { try await $0.trust("registry.local:5000") }),
            (
                #"{"ca_certificate":"-----\n a/b \r\n","is_trusted":true}"#,
                { try await $0.trust("registry.local:5000", certificateAuthorities: "-----\n a/b \r\n") }
            ),
            (
                #"{"is_trusted":true,"realm":"https://auth.example/token"}"#,
                { try await $0.trust("Registry.Local:5000", realm: "https://auth.example/token") }
            ),
            (#"{"is_trusted":true,"plain_http":true}"#, { try await $0.trust("registry.local:5000", plainHTTP: true) }),
            (#"{"is_trusted":true,"plain_http":false}"#, { try await $0.trust("registry.local:5000", plainHTTP: false) }),
        ]
        for (body, call) in rows {
            let request = try #require(try await requests { try await call($0.registries) }.first)
            #expect(request.method == "PATCH")
            #expect(request.target == Self.path)
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.body == body)
        }
    }

    @Test("Withdrawing trust in a registry resets all values")
    func untrust() async throws {
        let request = try #require(try await requests { try await $0.registries.untrust("registry.local:5000") }.first)
        #expect(request.method == "PATCH")
        #expect(request.target == Self.path)
        #expect(request.body == #"{"ca_certificate":"","is_trusted":false,"plain_http":false,"realm":""}"#)
    }

    @Test("An invalid registry host is refused without a request", arguments: ["", "https://registry.local", "registry.local/a", "a b"])
    func noHost(host: String) async throws {
        try await FakeCloud.run { _ in
            .response(status: 202, body: Body.registry())
        } _: { cloud in
            let registries = try cloud.client().registries
            await #expect(throws: DockerCloudError.self) { _ = try await registries.trust(host) }
            await #expect(throws: DockerCloudError.self) { _ = try await registries.untrust(host) }
            #expect(cloud.requests.isEmpty)
        }
    }

    @Test("A refused trust request is reported with the server's message")
    func denied() async throws {
        try await FakeCloud.run { _ in
            .failure(403, "Only a server administrator may do this: ask one to do it")
        } _: { cloud in
            let error = await #expect(throws: DockerCloudError.self) { _ = try await cloud.client().registries.trust("registry.local") }
            #expect(
                error
                    == DockerCloudError(code: .forbidden, message: "Only a server administrator may do this: ask one to do it", status: 403)
            )
        }
    }
}
