import Testing
import Wire

@testable import Agent

@Suite("The limits of a report")
struct SnapshotTests {
    private static func services(_ count: Int, name: String = "a") -> [AgentReportBody.Service] {
        (0..<count).map {
            AgentReportBody.Service(
                name: "\(name)\($0)", kind: .container, imageName: "b", state: .running, currentNumContainers: 1, runningNumContainers: 1)
        }
    }

    @Test("A report has at most 10,000 services; with more, nothing is reported")
    func count() throws {
        #expect(try Snapshot(Self.services(10_000)).services.count == 10_000)
        let error = try #require(throws: AgentFailure.self) { try Snapshot(Self.services(10_001)) }
        #expect(error.description == "The engine has 10001 services, but a report has at most 10000. Nothing is reported")
    }

    @Test("A report has at most 4 MiB; with more, nothing is reported")
    func length() throws {
        let error = try #require(throws: AgentFailure.self) {
            try Snapshot(Self.services(10_000, name: String(repeating: "a", count: 250) + String(repeating: "é", count: 50)))
        }
        #expect(error.description.hasSuffix("bytes; the limit is 4 MiB. Nothing is reported"))
    }

    @Test("The server's parser accepts all that the agent reports")
    func accepted() throws {
        let containers = ["running", "exited"].map { state in
            ContainerServiceTests.container(
                "a\u{0}\u{85}\u{2028}", state: state, labels: ["com.docker.compose.project": "\n", "com.docker.compose.service": "\t"])
        }
        let snapshot = try Snapshot(EngineState(containers: containers).services)
        let body = AgentReportBody(
            instance: snapshot.hash, process: "5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e", sequence: 1, engine: .docker, hash: snapshot.hash,
            services: snapshot.services)
        #expect(try AgentReportBody(JSONReader.read([UInt8](WireCoding.encode(body)))) == body)
        #expect(snapshot.services.map(\.stack) == ["\u{FFFD}"])
    }
}
