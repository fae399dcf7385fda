import ArgumentParser
import DockerCloud

/// `docker-cloud repository inspect`
struct RepositoryInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of repositories, as JSON.",
        discussion: """
            The credential is not part of it: the server never gives it out here.

            Example:
              docker-cloud repository inspect registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let repositories = try environment.client(connection).repositories
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await repositories.get(name).indentedJSON)
        }
    }
}
