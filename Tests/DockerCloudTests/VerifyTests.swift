import DockerCloud
import FakeCloud
import Testing

@Suite struct VerifyTests {
    @Test(
        "Verifying again posts the name as it was given, and whether to try pushing",
        arguments: [
            (nil, "ubuntu", false, "/api/repo/v1/verification/"), (nil, "registry.local:5000/a/b", true, "/api/repo/v1/verification/"),
            ("team", "ubuntu", true, "/api/repo/v1/team/verification/"),
        ] as [(String?, String, Bool, String)])
    func request(namespace: String?, name: String, push: Bool, target: String) async throws {
        try await FakeCloud.run { _ in
            .ok(Body.repository(state: "Rejected", reason: "no"))
        } _: { cloud in
            let repository = try await cloud.client(namespace: namespace).repositories.verify(name, push: push)
            // A credential that is refused is a state, and no error.
            #expect(repository.state == .rejected)
            #expect(repository.stateReason == "no")
            let request = try #require(cloud.requests.first)
            #expect(cloud.lines == ["POST \(target)"])
            #expect(request.body == #"{"name":"\#(name)","push":\#(push)}"#)
            #expect(request.headers["content-type"] == "application/json")
        }
    }

    @Test("A name that breaks a rule is refused without asking the server", arguments: ["", "registry.local/a:v1", "https://a.b/c", "a/B"])
    func invalid(name: String) async throws {
        try await FakeCloud.run { _ in
            .ok(Body.repository())
        } _: { cloud in
            await #expect(throws: DockerCloudError.self) { _ = try await cloud.client().repositories.verify(name) }
            #expect(cloud.requests.isEmpty)
        }
    }

    @Test("A name that is not registered is an error", arguments: [404, 409])
    func failure(status: Int) async throws {
        try await FakeCloud.run { _ in
            .failure(status, "No")
        } _: { cloud in
            let error = await #expect(throws: DockerCloudError.self) { _ = try await cloud.client().repositories.verify("a/b") }
            #expect(error == .api(status: status, message: "No", requestID: nil))
        }
    }
}
