import ArgumentParser
import DockerCloud

/// `docker-cloud member set`
struct MemberSet: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Makes a user a member of an organization, or changes what a member may do.",
        discussion: """
            \(PermissionChoice.explanation)

            Examples:
              docker-cloud member set --namespace acme carol write
              docker-cloud member set --namespace acme dave admin
            """)

    @Argument(help: "The user.")
    var name: String

    @Argument(help: "What the member may do.")
    var permission: PermissionChoice

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let members = try environment.members(connection)
        try await Batch(doing: "setting", names: [name], console: environment.console).run { name in
            Batch.Success(output: try await members.set(name, permission.permission).name.printableLine)
        }
    }
}
