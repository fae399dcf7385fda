import ArgumentParser
import DockerCloud

/// `docker-cloud organization create`
struct OrganizationCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes organizations, with you as an admin.",
        discussion: """
            A name has 2 to 30 lower-case letters and digits, single dashes between them, and can never be given again. The \
            server limits how many organizations one account creates, removed ones included; its administrators have no limit.

            Example:
              docker-cloud organization create acme
              docker-cloud member set --namespace acme carol write
            """)

    @Argument(help: "The names.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let organizations = try environment.client(connection).organizations
        try await Batch(doing: "making", names: names, console: environment.console).run { name in
            Batch.Success(output: try await organizations.create(name).name.printableLine)
        }
    }
}
