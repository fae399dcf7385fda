import ArgumentParser
import DockerCloud

/// `docker-cloud registry inspect`
struct RegistryInspect: CLICommand {
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

    func run(in environment: CLIEnvironment) async throws {
        let registries = try environment.client(connection).registries
        try await Batch(doing: "reading", names: hosts, console: environment.console).run { host in
            Batch.Success(output: try await registries.get(host).indentedJSON)
        }
    }
}
