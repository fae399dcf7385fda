import ArgumentParser
import DockerCloud

/// `docker-cloud repository ls`
struct RepositoryList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the registered repositories.",
        discussion: """
            Examples:
              docker-cloud repository ls
              docker-cloud repository ls --registry registry.example --no-in-use -q
              docker-cloud repository ls -o json
            """)

    @Option(help: "Only the repository of this name.")
    var name: String?

    @Option(help: ArgumentHelp("Only repositories on this registry.", valueName: "host[:port]"))
    var registry: String?

    @Flag(inversion: .prefixedNo, help: "Only repositories that a service uses, or that none uses.")
    var inUse: Bool?

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).repositories.list(
            name: name, registry: registry, inUse: inUse, pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension Repository: Listed {
    static let heading = ["NAME", "IN_USE", "STATE"]
    var title: String { name }
    var cells: [String] { [name, inUse.cell, state.rawValue] }
}
