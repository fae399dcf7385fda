import DockerCloud
import Naming
import Testing

@testable import Agent

@Suite("The settings of an agent")
struct AgentSettingsTests {
    private static let environment = [
        "DOCKERCLOUD_REST_HOST": "https://cloud.example", "DOCKERCLOUD_USER": "acme+agent", "DOCKERCLOUD_APIKEY": "lm_key",
    ]

    private func settings(
        engine: String = "unix:///var/run/docker.sock", isKubernetes: Bool = false, name: String? = nil,
        environment: [String: String] = environment, hostName: String? = "host1.example"
    ) throws -> AgentSettings {
        try AgentSettings(engine: engine, isKubernetes: isKubernetes, name: name, environment: environment, hostName: hostName)
    }

    @Test("Server and credential come from the variables of all clients, and the name is that of the host")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.host.description == "https://cloud.example")
        #expect(settings.name.description == "host1.example")
        #expect(settings.source == .engine(try EngineAddress(parsing: "unix:///var/run/docker.sock")))
        #expect(!"\(settings)".contains("lm_key"))
    }

    @Test("The option names the agent")
    func named() throws {
        #expect(try settings(name: "other").name.description == "other")
    }

    @Test(
        "A key may also be in DOCKERCLOUD_PASS, or a whole header in DOCKERCLOUD_AUTH",
        arguments: [["DOCKERCLOUD_USER": "a", "DOCKERCLOUD_PASS": "b"], ["DOCKERCLOUD_AUTH": "Basic YTpi", "DOCKERCLOUD_USER": ""]])
    func credentials(_ variables: [String: String]) throws {
        _ = try settings(environment: variables.merging(["DOCKERCLOUD_REST_HOST": "https://cloud.example"]) { $1 })
    }

    @Test(
        "A missing or wrong variable is named",
        arguments: [
            ("DOCKERCLOUD_REST_HOST", nil, "Set DOCKERCLOUD_REST_HOST"), ("DOCKERCLOUD_REST_HOST", "", "Set DOCKERCLOUD_REST_HOST"),
            ("DOCKERCLOUD_REST_HOST", "cloud.example", "does not begin with http"), ("DOCKERCLOUD_USER", nil, "Set DOCKERCLOUD_USER"),
            ("DOCKERCLOUD_APIKEY", "", "the scope service:report"), ("DOCKERCLOUD_USER", "a:b", "cannot contain a ':'"),
        ])
    func variables(_ name: String, _ value: String?, _ message: String) throws {
        var environment = Self.environment
        environment[name] = value
        let error = try #require(throws: AgentFailure.self) { try settings(environment: environment) }
        #expect(error.description.contains(message))
    }

    @Test("A host without a valid name needs the option", arguments: [nil, "", "(none)", "a/b"])
    func hostName(_ name: String?) throws {
        let error = try #require(throws: AgentFailure.self) { try settings(hostName: name) }
        #expect(error.description.hasSuffix("Choose a name with --name"))
    }

    @Test("Outside of a cluster, --kubernetes says that it needs one")
    func outside() throws {
        let error = try #require(throws: AgentFailure.self) { try settings(isKubernetes: true, name: "production") }
        #expect(error.description == "KUBERNETES_SERVICE_HOST is not set: --kubernetes works in a pod of the cluster only")
    }

    @Test("The agent of a cluster needs a name, since its pods change theirs")
    func cluster() throws {
        let error = try #require(throws: AgentFailure.self) { try settings(isKubernetes: true) }
        #expect(error.description == "Give the cluster a name with --name, for example --name production")
    }
}
