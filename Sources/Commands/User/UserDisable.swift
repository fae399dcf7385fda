import ArgumentParser
import DockerCloud

/// `docker-cloud user disable`
struct UserDisable: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Stops all keys of users, without removing anything.",
        discussion: """
            Example:
              docker-cloud user disable carol
            """)

    @Argument(help: "The users.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let users = try environment.client(connection).users
        try await Batch(doing: "disabling", names: names, console: environment.console).run { name in
            Batch.Success(output: try await users.disable(name).name.printableLine)
        }
    }
}
