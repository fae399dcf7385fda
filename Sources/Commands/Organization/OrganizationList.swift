import ArgumentParser
import DockerCloud

/// `docker-cloud organization ls`
struct OrganizationList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the organizations that you are in, and what you may do there.",
        discussion: """
            Examples:
              docker-cloud organization ls
              docker-cloud organization ls -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).organizations.list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension Organization: Listed {
    static let heading = ["NAME", "PERMISSION"]
    var title: String { name }
    var cells: [String] { [name, permission.rawValue] }
}
