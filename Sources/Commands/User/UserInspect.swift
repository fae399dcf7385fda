import ArgumentParser
import DockerCloud

/// `docker-cloud user inspect`
struct UserInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of users, as JSON.",
        discussion: """
            Everybody may inspect themselves.

            Example:
              docker-cloud user inspect carol
            """)

    @Argument(help: "The users.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let users = try environment.client(connection).users
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await users.get(name).indentedJSON)
        }
    }
}
