import ArgumentParser
import DockerCloud

/// `docker-cloud registry inspect`
struct RegistryInspect: Operation {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of registries, as JSON.",
        discussion: """
            Example:
              docker-cloud registry inspect registry.example:5000
            """)

    @Argument(help: ArgumentHelp("The registries.", valueName: "host[:port]"))
    var hosts: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in surroundings: Surroundings) async throws {
        let registries = try surroundings.client(connection).registries
        try await Batch(doing: "reading", names: hosts, console: surroundings.console).run { host in
            Batch.Success(output: try await registries.get(host).indentedJSON)
        }
    }
}
