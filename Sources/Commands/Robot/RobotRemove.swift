import ArgumentParser
import DockerCloud

/// `docker-cloud robot rm`
struct RobotRemove: Operation {
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

    func run(in surroundings: Surroundings) async throws {
        let robots = try surroundings.robots(connection, named: names)
        try await Batch(doing: "removing", names: names, console: surroundings.console).run { name in
            try await robots.remove(name)
            return Batch.Success(output: name)
        }
    }
}
