import FakeCloud
import Testing

@Suite struct ServiceTests {
    private static let uuid = "5d3c1f6e-1b2a-4c3d-8e4f-5a6b7c8d9e0f"
    private static let other = "6d3c1f6e-1b2a-4c3d-8e4f-5a6b7c8d9e0f"
    private static let path = "/api/app/v1/service/"

    private static let reply: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        switch request.method {
        case "POST": return .response(status: 201, body: Body.service())
        case "DELETE": return .noContent
        default: break
        }
        if request.target.contains("name=web") { return .page([Body.service()]) }
        if request.target.contains("name=cafe") { return .page([Body.service("cafe", uuid: other)]) }
        if request.target.contains("startswith=cafe") { return .page([Body.service(uuid: "cafe1f6e-1b2a-4c3d-8e4f-5a6b7c8d9e0f")]) }
        if request.target.contains("name=both") { return .page([Body.service(), Body.service(uuid: other)]) }
        if request.target.contains("startswith=5d3c") { return .page([Body.service()]) }
        if request.target.contains("startswith") || request.target.contains("name=") { return .page([]) }
        return request.target.contains("?")
            ? .page([Body.service(), Body.service("worker", uuid: other, state: "Running")]) : .ok(Body.service())
    }

    @Test("Services are listed with short UUIDs, under both names of the command", arguments: ["ls", "ps"])
    func list(_ word: String) async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["service", word], at: cloud)
            #expect(
                shell.output == [
                    """
                    NAME    UUID      STATUS       #CONTAINERS  IMAGE
                    web     5d3c1f6e  Not running  0            registry.local/user1/image1:v1
                    worker  6d3c1f6e  Running      0            registry.local/user1/image1:v1
                    """
                ])
            #expect(await Shell.run(["service", word, "-q"], at: cloud).output == [Self.uuid, Self.other])
            let filters = ["--image", "registry.local/user1/image1:v1", "--status", "Not running"]
            #expect(await Shell.run(["service", word] + filters, at: cloud).status == 0)
            #expect(
                cloud.lines == [
                    "GET \(Self.path)?limit=250", "GET \(Self.path)?limit=250",
                    "GET \(Self.path)?image=registry.local%2Fuser1%2Fimage1%3Av1&state=Not%20running&limit=250",
                ])
        }
    }

    @Test("A service is created with an image and, optionally, a name, and its UUID is printed")
    func create() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["service", "create", "--name", "web", "registry.local/user1/image1:v1"], at: cloud)
            #expect(shell.status == 0 && shell.output == [Self.uuid] && shell.errors.isEmpty)
            #expect(cloud.requests.last?.body == #"{"image":"registry.local/user1/image1:v1","name":"web"}"#)
            #expect(await Shell.run(["service", "create", "ubuntu"], at: cloud).output == [Self.uuid])
            #expect(cloud.requests.last?.body == #"{"image":"ubuntu"}"#)
            let wrong = await Shell.run(["service", "create", "registry.local/image1:-"], at: cloud)
            #expect(wrong.status == 3)
            #expect(wrong.errors.first?.hasPrefix("registry.local/image1:-: Not a valid name: the tag after ':'") == true)
            #expect(cloud.requests.count == 2)
        }
    }

    @Test("Services are inspected and removed by name, UUID or prefix; an ambiguous name lists the UUIDs")
    func identifiers() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let inspected = await Shell.run(["service", "inspect", "web", "5D3C1f", Self.uuid, "both", "none", "ffff"], at: cloud)
            #expect(inspected.status == 3)
            #expect(inspected.output.count == 3)
            #expect(inspected.output.allSatisfy { $0.contains("\n  \"uuid\": \"\(Self.uuid)\"\n}") })
            #expect(
                inspected.errors == [
                    "both: Several services match 'both': use one of the UUIDs, such as \(Self.uuid), \(Self.other)",
                    "none: No service has the name 'none' or a UUID that starts with it",
                    "ffff: No service has the name 'ffff' or a UUID that starts with it",
                ])
            // A name, although it is also the prefix of another service's UUID.
            #expect(await Shell.run(["service", "rm", "cafe"], at: cloud).output == [Self.other])
            #expect(cloud.lines.last == "DELETE \(Self.path)\(Self.other)/")
            let count = cloud.requests.count
            #expect(
                await Shell.run(["service", "rm", ""], at: cloud).errors == [": No service has the name '' or a UUID that starts with it"])
            #expect(cloud.requests.count == count)
            #expect(await Shell.run(["service", "rm", "-"], at: cloud).status != 0)
            #expect(!cloud.lines.contains { $0.contains("startswith=-") })
            for word in ["rm", "terminate"] {
                let removed = await Shell.run(["service", word, "web"], at: cloud)
                #expect(removed.status == 0 && removed.output == [Self.uuid])
                #expect(cloud.lines.suffix(2) == ["GET \(Self.path)?name=web&limit=5", "DELETE \(Self.path)\(Self.uuid)/"])
            }
        }
    }
}
