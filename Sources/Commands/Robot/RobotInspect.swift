import ArgumentParser
import DockerCloud

/// `docker-cloud robot inspect`
struct RobotInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of robots, as JSON.",
        discussion: """
            Example:
              docker-cloud robot inspect acme+ci
            """)

    @Argument(help: "The robots.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let robots = try environment.robots(connection, named: names)
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await robots.get(name).indentedJSON)
        }
    }
}
