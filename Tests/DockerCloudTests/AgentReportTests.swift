import DockerCloud
import FakeCloud
import Naming
import Testing
import Wire

@Suite("Sending the report of an agent")
struct AgentReportTests {
    private static let receipt =
        #"{"resource_uri": "/api/app/v1/agent/5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e/", "#
        + #""uuid": "5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e", "name": "host", "services": 1}"#

    private static let report = AgentReportBody(
        instance: String(repeating: "a", count: 32), process: "5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e", sequence: 1, engine: .podman,
        hash: String(repeating: "b", count: 64), services: nil)

    @Test("A report is sent with PUT to the path of its agent, without a namespace")
    func put() async throws {
        try await FakeCloud.run({ _ in .ok(Self.receipt) }) { cloud in
            let receipt = try await cloud.client(namespace: "acme").agentReports.put(Self.report, as: AgentName(parsing: "host"))
            #expect(cloud.lines == ["PUT /api/app/v1/agent/host/"])
            #expect(receipt.services == 1)
            let body = try JSONReader.read(Array(cloud.requests[0].body.utf8))
            #expect(try AgentReportBody(body) == Self.report)
        }
    }

    @Test(
        "Conflicts of reports have error codes of their own",
        arguments: [
            ("report_unknown", DockerCloudError.Code.reportUnknown), ("report_outdated", .reportOutdated),
            ("agent_name_taken", .agentNameTaken), ("other", .conflict),
        ])
    func conflicts(_ code: String, _ expected: DockerCloudError.Code) async throws {
        try await FakeCloud.run({ _ in .failure(409, "no", code: code) }) { cloud in
            let error = await #expect(throws: DockerCloudError.self) {
                _ = try await cloud.client().agentReports.put(Self.report, as: AgentName(parsing: "host"))
            }
            #expect(error?.code == expected)
        }
    }
}
