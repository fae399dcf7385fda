import ArgumentParser
import DockerCloud

/// `docker-cloud repository ls`
struct RepositoryList: Operation {
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

    private static let pageSize = 250

    func run(in surroundings: Surroundings) async throws {
        let listing = try surroundings.client(connection).repositories.list(
            name: name, registry: registry, inUse: inUse, pageSize: Self.pageSize)
        var repositories: [Repository] = []
        for try await repository in listing { repositories.append(repository) }
        if list.quiet {
            for repository in repositories { try surroundings.console.write(repository.name.printableLine) }
        } else {
            try surroundings.console.write(render(repositories))
        }
    }

    private func render(_ repositories: [Repository]) -> String {
        switch list.output {
        case .table:
            Table(
                heading: ["NAME", "IN_USE", "STATE"],
                rows: repositories.map { [$0.name, $0.inUse ? "yes" : "no", $0.state.rawValue] }
            ).text
        case .json: JSONArray.text(repositories.map(\.json))
        }
    }
}
