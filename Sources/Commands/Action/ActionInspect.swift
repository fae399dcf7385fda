import ArgumentParser
import DockerCloud

/// `docker-cloud action inspect`
struct ActionInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of actions, as JSON.",
        discussion: """
            The beginning of a UUID is enough where no other one begins like that.

            Example:
              docker-cloud action inspect 0b5f8e6c
            """)

    @Argument(help: ArgumentHelp("The UUIDs of the actions, or their beginnings.", valueName: "uuid"))
    var uuids: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let actions = try environment.client(connection).actions
        try await Batch(doing: "reading", names: uuids, console: environment.console).run { uuid in
            Batch.Success(output: try await actions.find(uuid).indentedJSON)
        }
    }
}
