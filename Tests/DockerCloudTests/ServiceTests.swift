import DockerCloud
import FakeCloud
import FoundationEssentials
import Testing

@Suite struct ServiceTests {
    private static let uuid = "5d3c1f6e-1b2a-4c3d-8e4f-5a6b7c8d9e0f"

    @Test("A service from its initializer equals the one from a response")
    func equal() async throws {
        let date = Date(timeIntervalSince1970: 1_413_198_103)
        let service = Service(
            uuid: Self.uuid, resourceURI: "/api/app/v1/alice/service/\(Self.uuid)/", name: "web",
            imageName: "registry.local/user1/image1:v1", repository: "registry.local/user1/image1", imageTag: "v1", created: date,
            modified: date + 1)
        try await FakeCloud.run { _ in
            .ok(Body.service())
        } _: { cloud in
            let received = try await cloud.client().services.get(Self.uuid)
            #expect(received == service)
        }
    }

    @Test("Each operation on services sends its documented request, in the client's namespace")
    func requests() async throws {
        try await FakeCloud.run { request in
            request.method == "DELETE" ? .noContent : request.target.contains("?") ? .page([Body.service()]) : .ok(Body.service())
        } _: { cloud in
            let services = try cloud.client(namespace: "acme").services
            _ = try await services.create(image: "ubuntu", name: "web")
            _ = try await services.update(Self.uuid.uppercased(), image: "ubuntu:v2")
            _ = try await services.update(Self.uuid, name: "worker")
            try await services.terminate(Self.uuid)
            for try await _ in try services.list(image: "ubuntu", name: "web", state: .running, uuidStartsWith: "5d") {}
            let path = "/api/app/v1/acme/service/"
            #expect(
                cloud.lines == [
                    "POST \(path)", "PATCH \(path)\(Self.uuid)/", "PATCH \(path)\(Self.uuid)/", "DELETE \(path)\(Self.uuid)/",
                    "GET \(path)?image=ubuntu&name=web&state=Running&uuid__startswith=5d",
                ])
            #expect(
                cloud.requests.prefix(3).map(\.body) == [
                    #"{"image":"ubuntu","name":"web"}"#, #"{"image":"ubuntu:v2"}"#, #"{"name":"worker"}"#,
                ])
        }
    }

    @Test("An image that is no reference, and a UUID that is none, are refused without a request")
    func invalid() async throws {
        try await FakeCloud.run { _ in
            .ok(Body.service())
        } _: { cloud in
            let services = try cloud.client().services
            await #expect(throws: DockerCloudError.self) { try await services.create(image: "ubuntu:-") }
            await #expect(throws: DockerCloudError.self) { try await services.update(Self.uuid, image: "https://ubuntu") }
            await #expect(throws: DockerCloudError.self) { try await services.get("web") }
            await #expect(throws: DockerCloudError.self) { try await services.terminate("../\(Self.uuid)") }
            #expect(cloud.requests.isEmpty)
        }
    }

    @Test("A reported service and an agent from their initializers equal those from a response")
    func reported() async throws {
        let date = Date(timeIntervalSince1970: 1_413_198_103)
        let path = "/api/app/v1/alice/agent/\(Body.agentUUID)/"
        try await FakeCloud.run { request in
            request.target.contains("/agent/") ? .ok(Body.agent(isStale: true)) : .ok(Body.service(agent: "host-1", isStale: true))
        } _: { cloud in
            let client = try cloud.client()
            let source = Service.Source(
                agent: path, agentName: "host-1", kind: "compose", stack: "shop", deployed: date, reported: date, isStale: true)
            #expect(try await client.services.get(Self.uuid).source == source)
            let agent = Agent(
                uuid: Body.agentUUID, resourceURI: path, name: "host-1", account: "acme+ci", services: 2, reported: date, isStale: true,
                created: date - 1)
            #expect(try await client.agents.get(Body.agentUUID) == agent)
            #expect(cloud.lines.last == "GET /api/app/v1/agent/\(Body.agentUUID)/")
        }
    }
}
