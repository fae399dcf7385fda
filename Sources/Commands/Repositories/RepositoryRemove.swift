import ArgumentParser
import DockerCloud

/// `docker-cloud repository rm`
struct RepositoryRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Removes repositories from the server. Their registries are not changed.",
        discussion: """
            Running services keep running, but cannot be redeployed. At a terminal, the command asks before it removes a repository \
            that is in use, unless --force is given. Scripts are not asked.

            Examples:
              docker-cloud repository rm registry.example/team/image
              docker-cloud repository rm --force registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @Flag(name: .shortAndLong, help: "Do not ask before removing a repository that is in use.")
    var force = false

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let client = try environment.client(connection)
        let console = environment.console
        let asks = !force && console.inputIsTerminal && console.errorIsTerminal
        try await Batch(doing: "removing", names: names, console: console).run { name in
            if asks, let text = try await uses(of: name, by: client) {
                console.show("")
                console.report(text.printable)
                let answer = try console.answer("Remove \(name.printableLine)? [y/N] ").lowercased()
                guard ["y", "yes"].contains(answer) else { throw CommandFailure("Not removed") }
            }
            try await client.repositories.remove(name)
            return Batch.Success(output: name)
        }
    }

    /// The number of services that the question names.
    private static let shown = 5

    /// The services that use a repository, as text; nil if it is not in use. A key that may not read the repository or its services cannot
    /// tell.
    private func uses(of name: String, by client: DockerCloudClient) async throws(DockerCloudError) -> String? {
        let repository: Repository
        do throws(DockerCloudError) {
            repository = try await client.repositories.get(name)
        } catch  where error.code == .forbidden {
            return "\(name.printableLine) may be in use: this API key cannot read it."
        }
        guard repository.inUse else { return nil }
        var services: [Service] = []
        do throws(DockerCloudError) {
            for try await service in try client.services.list(image: repository.name, pageSize: Self.shown + 1).prefix(Self.shown + 1) {
                services.append(service)
            }
        } catch  where error.code == .forbidden {
            services = []
        }
        let lines = services.prefix(Self.shown).map { service in
            let place = service.source.map { " on \($0.agentName)\($0.isStale ? " (stale)" : "")" } ?? ""
            return "  \(service.fullName)\(place): \(service.imageName), \(service.state.rawValue)".printableLine
        }
        let more = services.count > Self.shown ? ["  …"] : []
        let text = ["\(repository.name) is in use. These services keep running, but can no longer pull its images through the server:"]
        return (text + lines + more).joined(separator: "\n")
    }
}
