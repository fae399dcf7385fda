import ArgumentParser
import DockerCloud

/// `docker-cloud robot ls`
struct RobotList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the robots of an organization, by the names that they log in with.",
        discussion: """
            Examples:
              docker-cloud robot ls --namespace acme
              docker-cloud robot ls --namespace acme -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.robots(connection, named: []).list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension CLIEnvironment {
    /// The robots of the organization that the command line or the environment names, unless they all name it themselves.
    func robots(_ options: ConnectionOptions, named names: [String]) throws -> Robots {
        if names.isEmpty || !names.allSatisfy({ $0.contains("+") }) { _ = try organization(options) }
        return try client(options).robots
    }
}

extension Robot: Listed {
    static let heading = ["NAME", "PERMISSION"]
    var title: String { account }
    var cells: [String] { [account, permission.rawValue] }
}
