import ArgumentParser
import DockerCloud

/// `docker-cloud registry ls`
struct RegistryList: Operation {
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

    private static let pageSize = 250

    func run(in surroundings: Surroundings) async throws {
        let listing = try surroundings.client(connection).registries.list(pageSize: Self.pageSize)
        var registries: [Registry] = []
        for try await registry in listing { registries.append(registry) }
        if list.quiet {
            for registry in registries { try surroundings.console.write(registry.authority.printableLine) }
        } else {
            try surroundings.console.write(render(registries))
        }
    }

    private func render(_ registries: [Registry]) -> String {
        switch list.output {
        case .table:
            Table(
                heading: ["HOST", "NAME", "IS_SSL"],
                rows: registries.map { [$0.authority, $0.name, $0.isSSL.map { $0 ? "yes" : "no" } ?? "unknown"] }
            ).text
        case .json: JSONArray.text(registries.map(\.json))
        }
    }
}
