import ArgumentParser
import DockerCloud

/// `docker-cloud member ls`
struct MemberList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the members of an organization.",
        discussion: """
            Examples:
              docker-cloud member ls --namespace acme
              docker-cloud member ls --namespace acme -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.members(connection).list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension CLIEnvironment {
    /// The members of the organization that the command line or the environment names.
    func members(_ options: ConnectionOptions) throws -> Members {
        let organization = try organization(options)
        return try client(options).members(of: organization)
    }
}

extension Member: Listed {
    static let heading = ["NAME", "PERMISSION"]
    var title: String { name }
    var cells: [String] { [name, permission.rawValue] }
}
