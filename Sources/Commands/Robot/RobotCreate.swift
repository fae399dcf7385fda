import ArgumentParser
import DockerCloud

/// `docker-cloud robot create`
struct RobotCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a robot, and prints the name that it logs in with.",
        discussion: """
            It has no key yet. \(PermissionChoice.explanation)

            Examples:
              docker-cloud robot create acme+ci
              docker-cloud apikey create --for acme+ci

              docker-cloud robot create --namespace acme --permission write nightly
            """)

    @Argument(help: "The robot.")
    var name: String

    @Option(help: "What it may do in the organization.")
    var permission = PermissionChoice.read

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let console = environment.console
        let robots = try environment.robots(connection, named: [name])
        try await Batch(doing: "making", names: [name], console: console).run { name in
            let robot = try await robots.create(name, permission: permission.permission)
            let note = "made, without a key so far: 'docker-cloud apikey create --for \(robot.account)' makes one"
            return Batch.Success(output: robot.account.printableLine, note: console.errorIsTerminal ? note : nil)
        }
    }
}
