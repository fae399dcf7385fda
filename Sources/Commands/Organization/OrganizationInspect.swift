import ArgumentParser
import DockerCloud

/// `docker-cloud organization inspect`
struct OrganizationInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of organizations, as JSON.",
        discussion: """
            Example:
              docker-cloud organization inspect acme
            """)

    @Argument(help: "The organizations.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let organizations = try environment.client(connection).organizations
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await organizations.get(name).indentedJSON)
        }
    }
}
