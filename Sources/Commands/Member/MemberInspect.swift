import ArgumentParser
import DockerCloud

/// `docker-cloud member inspect`
struct MemberInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of members, as JSON.",
        discussion: """
            Example:
              docker-cloud member inspect --namespace acme carol
            """)

    @Argument(help: "The members.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let members = try environment.members(connection)
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await members.get(name).indentedJSON)
        }
    }
}
