import ArgumentParser
import DockerCloud

/// `docker-cloud repository used-by`
struct RepositoryUsedBy: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "used-by",
        abstract: "Lists the services that use images of a repository, and its last pull and push.",
        discussion: """
            SINCE is when the service was deployed, or declared. A stale service is one whose agent is silent, so that it may have changed. \
            The last pull and push through the server are printed to standard error.

            Examples:
              docker-cloud repository used-by registry.example/team/image
              docker-cloud repository used-by registry.example/team/image -o json
            """)

    @Argument(help: "The repository.")
    var name: String

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let client = try environment.client(connection)
        let repository = try await client.repositories.get(name)
        let listing = try client.services.list(image: repository.name, pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console) { ServiceUse(service: $0) }
        for use in repository.uses { environment.console.report(use.printableLine) }
    }
}

/// A row of the services that use a repository.
struct ServiceUse: Listed {
    let service: Received<Service>

    static let heading = ["SERVICE", "AGENT", "TAG", "STATE", "SINCE", "STALE"]
    var title: String { service.value.fullName }
    var json: String { service.json }
    var cells: [String] {
        let service = service.value
        return [
            service.fullName, service.source?.agentName ?? "", service.imageTag ?? service.imageDigest ?? "", service.state.rawValue,
            (service.source.map(\.deployed) ?? service.created).cell(orIfNone: ""), service.source.map(\.isStale.cell) ?? "",
        ]
    }
}

extension Service {
    /// The name with that of its stack.
    var fullName: String { (source?.stack).map { "\($0)/\(name)" } ?? name }
}

extension Repository {
    /// The last pull and push through the server, a sentence for each.
    fileprivate var uses: [String] {
        [
            lastPulled.map { "Last pulled \($0.cell) by \(lastPulledBy ?? "an unknown account")" } ?? "Not pulled through the server yet",
            lastPushed.map { "Last pushed \($0.cell) by \(lastPushedBy ?? "an unknown account")" },
        ].compactMap(\.self)
    }
}
