import ArgumentParser
import DockerCloud

/// `docker-cloud user ls`
struct UserList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the users of the server.",
        discussion: """
            Examples:
              docker-cloud user ls
              docker-cloud user ls -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).users.list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension User: Listed {
    static let heading = ["NAME", "ADMINISTRATOR", "DISABLED"]
    var title: String { name }
    var cells: [String] { [name, isAdministrator.cell, isDisabled.cell] }
}
