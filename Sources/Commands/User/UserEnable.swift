import ArgumentParser
import DockerCloud

/// `docker-cloud user enable`
struct UserEnable: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Lets the keys of disabled users work again.",
        discussion: """
            Example:
              docker-cloud user enable carol
            """)

    @Argument(help: "The users.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let users = try environment.client(connection).users
        try await Batch(doing: "enabling", names: names, console: environment.console).run { name in
            Batch.Success(output: try await users.enable(name).name.printableLine)
        }
    }
}
