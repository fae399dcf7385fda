import ArgumentParser
import DockerCloud

/// `docker-cloud robot rm`
struct RobotRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Removes robots; their keys stop at once.",
        discussion: """
            Example:
              docker-cloud robot rm acme+ci
            """)

    @Argument(help: "The robots.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let robots = try environment.robots(connection, named: names)
        try await Batch(doing: "removing", names: names, console: environment.console).run { name in
            try await robots.remove(name)
            return Batch.Success(output: name)
        }
    }
}
