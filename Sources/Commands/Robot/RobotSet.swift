import ArgumentParser
import DockerCloud

/// `docker-cloud robot set`
struct RobotSet: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Changes what a robot may do; its keys stay.",
        discussion: """
            \(PermissionChoice.explanation)

            Example:
              docker-cloud robot set acme+ci write
            """)

    @Argument(help: "The robot.")
    var name: String

    @Argument(help: "What it may do in the organization.")
    var permission: PermissionChoice

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let robots = try environment.robots(connection, named: [name])
        try await Batch(doing: "setting", names: [name], console: environment.console).run { name in
            Batch.Success(output: try await robots.set(name, permission.permission).account.printableLine)
        }
    }
}
