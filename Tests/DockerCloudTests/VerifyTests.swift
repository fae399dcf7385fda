import DockerCloud
import FakeCloud
import Testing

@Suite struct VerifyTests {
    @Test(
        "Verifying a repository sends its name as given and whether to verify push access",
        arguments: [
            (nil, "ubuntu", false, "/api/repo/v1/verification/"), (nil, "registry.local:5000/a/b", true, "/api/repo/v1/verification/"),
            ("team", "ubuntu", true, "/api/repo/v1/team/verification/"),
        ] as [(String?, String, Bool, String)])
    func request(namespace: String?, name: String, push: Bool, target: String) async throws {
        try await FakeCloud.run { _ in
            .ok(Body.repository(state: "Rejected", reason: "no"))
        } _: { cloud in
            let repository = try await cloud.client(namespace: namespace).repositories.verify(name, push: push)
            // A refused credential is a state, not an error.
            #expect(repository.state == .rejected)
            #expect(repository.stateReason == "no")
            let request = try #require(cloud.requests.first)
            #expect(cloud.lines == ["POST \(target)"])
            #expect(request.body == #"{"name":"\#(name)","push":\#(push)}"#)
            #expect(request.headers["content-type"] == "application/json")
        }
    }

    @Test(
        "Verifying an invalid repository name is refused without a request", arguments: ["", "registry.local/a:v1", "https://a.b/c", "a/B"])
    func invalid(name: String) async throws {
        try await FakeCloud.run { _ in
            .ok(Body.repository())
        } _: { cloud in
            await #expect(throws: DockerCloudError.self) { _ = try await cloud.client().repositories.verify(name) }
            #expect(cloud.requests.isEmpty)
        }
    }

    @Test(
        "Verifying an unregistered repository is an error",
        arguments: [(404, .notFound), (409, .conflict)] as [(Int, DockerCloudError.Code)])
    func failure(status: Int, code: DockerCloudError.Code) async throws {
        try await FakeCloud.run { _ in
            .failure(status, "No")
        } _: { cloud in
            let error = await #expect(throws: DockerCloudError.self) { _ = try await cloud.client().repositories.verify("a/b") }
            #expect(error == DockerCloudError(code: code, message: "No", status: status))
        }
    }
}
