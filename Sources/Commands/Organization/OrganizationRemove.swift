import ArgumentParser
import DockerCloud

/// `docker-cloud organization rm`
struct OrganizationRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Removes organizations, with their robots and the keys of those.",
        discussion: """
            Its repositories have to be removed first. The name cannot be given again.

            Example:
              docker-cloud organization rm acme
            """)

    @Argument(help: "The organizations.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let organizations = try environment.client(connection).organizations
        try await Batch(doing: "removing", names: names, console: environment.console).run { name in
            try await organizations.remove(name)
            return Batch.Success(output: name)
        }
    }
}
