import ArgumentParser
import DockerCloud

/// `docker-cloud repository rm`
struct RepositoryRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Removes repositories from the server; on their registry they stay as they are.",
        discussion: """
            Services that run go on running, but cannot be redeployed.

            Example:
              docker-cloud repository rm registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let repositories = try environment.client(connection).repositories
        try await Batch(doing: "removing", names: names, console: environment.console).run { name in
            try await repositories.remove(name)
            return Batch.Success(output: name)
        }
    }
}
