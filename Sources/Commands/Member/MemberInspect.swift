import ArgumentParser
import DockerCloud

/// `docker-cloud member inspect`
struct MemberInspect: Operation {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of members, as JSON.",
        discussion: """
            Example:
              docker-cloud member inspect --namespace acme carol
            """)

    @Argument(help: "The members.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in surroundings: Surroundings) async throws {
        let members = try surroundings.members(connection)
        try await Batch(doing: "reading", names: names, console: surroundings.console).run { name in
            Batch.Success(output: try await members.get(name).indentedJSON)
        }
    }
}
