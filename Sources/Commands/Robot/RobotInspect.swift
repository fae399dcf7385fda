import ArgumentParser
import DockerCloud

/// `docker-cloud robot inspect`
struct RobotInspect: Operation {
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

    func run(in surroundings: Surroundings) async throws {
        let robots = try surroundings.robots(connection, named: names)
        try await Batch(doing: "reading", names: names, console: surroundings.console).run { name in
            Batch.Success(output: try await robots.get(name).indentedJSON)
        }
    }
}
