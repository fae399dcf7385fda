import Foundation
import Naming
import Testing
import Wire

@Suite("Paths of agents")
struct AgentPathTests {
    private static let id = "5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e"

    @Test("The path of an agent contains its UUID and, optionally, a namespace")
    func agents() throws {
        let id = try #require(UUID(uuidString: Self.id))
        for (rest, resource) in [("agent/", APIPath.Resource.agents), ("agent/\(Self.id)/", .agent(id))] {
            for (prefix, namespace) in [("", nil), ("acme/", try NamespaceName(parsing: "acme"))] {
                let text = "/api/app/v1/\(prefix)\(rest)"
                #expect(APIPath(resource, in: namespace).description == text)
                #expect(try APIPath(parsing: text) == APIPath(resource, in: namespace))
            }
        }
    }

    @Test("The path that an agent reports to contains its name", arguments: ["host", "Build.example", "_a", "agent"])
    func reports(_ name: String) throws {
        let path = APIPath(.agentReport(try AgentName(parsing: name)))
        #expect(path.description == "/api/app/v1/agent/\(name)/")
        #expect(try APIPath(parsing: path.description) == path)
    }

    @Test(
        "The path that an agent reports to has one valid name and no namespace",
        arguments: ["acme/agent/host/", "agent/a/b/", "agent//", "agent/-a/", "agent/.a/", "agent/a b/", "agent/\(id)/x/"])
    func invalid(_ rest: String) {
        #expect(throws: APIPath.ParsingError.self) { try APIPath(parsing: "/api/app/v1/\(rest)") }
    }
}
