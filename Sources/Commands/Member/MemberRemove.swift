import ArgumentParser
import DockerCloud

/// `docker-cloud member rm`
struct MemberRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Takes members out of an organization.",
        discussion: """
            You may always take out yourself, but for the last admin. Keys that a member made for robots stay.

            Example:
              docker-cloud member rm --namespace acme carol
            """)

    @Argument(help: "The members.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let members = try environment.members(connection)
        try await Batch(doing: "removing", names: names, console: environment.console).run { name in
            try await members.remove(name)
            return Batch.Success(output: name)
        }
    }
}
