import ArgumentParser
import DockerCloud

/// `docker-cloud robot ls`
struct RobotList: Operation {
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

    func run(in surroundings: Surroundings) async throws {
        let listing = try surroundings.robots(connection, named: []).list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: surroundings.console)
    }
}

extension Surroundings {
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
