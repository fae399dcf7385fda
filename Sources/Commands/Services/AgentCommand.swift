import ArgumentParser
import DockerCloud

/// `docker-cloud agent`
struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Agents: programs that report the services of container engines.",
        discussion: """
            An agent that did not report for 15 minutes is silent. Its services stay, marked as stale, until it reports again or is \
            removed.
            """,
        subcommands: [AgentList.self, AgentRemove.self])
}

/// `docker-cloud agent ls`
struct AgentList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the agents that report in the namespace, sorted by name.",
        discussion: """
            #SERVICES counts those that use repositories of the namespace.

            Examples:
              docker-cloud agent ls
              docker-cloud agent ls -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        try await list.show(try environment.client(connection).agents.list(pageSize: ListOptions.pageSize), on: environment.console)
    }
}

extension Agent: Tabular {
    static let heading = ["NAME", "UUID", "ACCOUNT", "ENGINE", "#SERVICES", "REPORTED", "STATE"]
    var title: String { name }
    var cells: [String] {
        [name, String(uuid.prefix(8)), account, engine, "\(services)", reported.cell, isStale ? "silent" : "reporting"]
    }
}

/// `docker-cloud agent rm`
struct AgentRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Removes agents and the services that they reported.",
        discussion: """
            An agent of another namespace's account is removed from this namespace only. An agent that still runs comes back with its \
            next report: stop it first, or revoke its key.

            Example:
              docker-cloud agent rm host-1
            """)

    @Argument(help: "The names or UUIDs.")
    var identifiers: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let agents = try environment.client(connection).agents
        try await Batch(doing: "removing", names: identifiers, console: environment.console).run { identifier in
            let agent = try await agents.find(identifier)
            try await agents.remove(agent.uuid)
            return Batch.Success(output: agent.name)
        }
    }
}
