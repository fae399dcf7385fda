import ArgumentParser
import DockerCloud

/// `docker-cloud registry ls`
struct RegistryList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the registries that the registered repositories are on.",
        discussion: """
            Examples:
              docker-cloud registry ls
              docker-cloud registry ls -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).registries.list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension Registry: Listed {
    static let heading = ["HOST", "NAME", "IS_SSL"]
    var title: String { authority }
    var cells: [String] { [authority, name, isSSL?.cell ?? "unknown"] }
}
