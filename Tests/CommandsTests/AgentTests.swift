import FakeCloud
import Testing

@Suite struct AgentTests {
    private static let path = "/api/app/v1/agent/"
    private static let other = "8d3c1f6e-1b2a-4c3d-8e4f-5a6b7c8d9e0f"

    private static let reply: @Sendable (FakeCloud.Request) -> FakeCloud.Reply = { request in
        if request.method == "DELETE" { return .noContent }
        let agents = [Body.agent(), Body.agent("host-2", uuid: other, isStale: true), Body.agent("host-2")]
        return request.target.contains("?") ? .page(agents) : .ok(Body.agent())
    }

    @Test("Agents are listed with their state")
    func list() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["agent", "ls"], at: cloud)
            #expect(
                shell.output == [
                    """
                    NAME    UUID      ACCOUNT  ENGINE  #SERVICES  REPORTED              STATE
                    host-1  7d3c1f6e  acme+ci  docker  2          2014-10-13T11:01:43Z  reporting
                    host-2  8d3c1f6e  acme+ci  docker  2          2014-10-13T11:01:43Z  silent
                    host-2  7d3c1f6e  acme+ci  docker  2          2014-10-13T11:01:43Z  reporting
                    """
                ])
            #expect(cloud.lines == ["GET \(Self.path)?limit=250"])
        }
    }

    @Test("Agents are removed by name, UUID or prefix; an ambiguous name lists the UUIDs")
    func remove() async throws {
        try await FakeCloud.run(Self.reply) { cloud in
            let shell = await Shell.run(["agent", "rm", "host-1", "8D3C", "host-2", "host-3", Body.agentUUID], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["host-1", "host-2", "host-1"])
            #expect(
                shell.errors == [
                    "host-2: Several agents match 'host-2': use one of the UUIDs, such as \(Self.other), \(Body.agentUUID)",
                    "host-3: No agent has the name 'host-3' or a UUID that starts with it",
                ])
            #expect(
                cloud.lines.filter { $0.hasPrefix("DELETE") } == [
                    "DELETE \(Self.path)\(Body.agentUUID)/", "DELETE \(Self.path)\(Self.other)/", "DELETE \(Self.path)\(Body.agentUUID)/",
                ])
        }
    }
}
