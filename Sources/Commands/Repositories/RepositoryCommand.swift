import ArgumentParser
import DockerCloud

/// `docker-cloud repository`
struct RepositoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repository",
        abstract: "Repositories on third-party registries.",
        discussion: """
            Name a repository as in 'docker pull', without a tag: registry.example/team/image. Repositories on Docker Hub need no \
            registry: team/image.
            """,
        subcommands: [
            RepositoryList.self, RepositoryInspect.self, RepositoryUsedBy.self, RepositoryRegister.self, RepositoryUpdate.self,
            RepositoryVerify.self, RepositoryRemove.self,
        ])
}

/// `docker-cloud repository ls`
struct RepositoryList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the registered repositories.",
        discussion: """
            Examples:
              docker-cloud repository ls
              docker-cloud repository ls --registry registry.example --no-in-use -q
              docker-cloud repository ls -o wide
              docker-cloud repository ls -o json
            """)

    @Option(help: "Only the repository with this name.")
    var name: String?

    @Option(help: ArgumentHelp("Only repositories on this registry.", valueName: "host[:port]"))
    var registry: String?

    @Flag(inversion: .prefixedNo, help: "Only repositories that a service uses, or that no service uses.")
    var inUse: Bool?

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).repositories.list(
            name: name, registry: registry, inUse: inUse, pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension Repository: Tabular {
    static let heading = ["NAME", "IN_USE", "STATE"]
    var title: String { name }
    var cells: [String] { [name, inUse.cell, state.rawValue] }
    static let wideHeading = heading + ["REASON", "LAST PULL"]
    var wideCells: [String] { cells + [stateReason ?? "", lastPulled.cell(orIfNone: "")] }
}

/// `docker-cloud repository inspect`
struct RepositoryInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of repositories, as JSON.",
        discussion: """
            The output does not include the credential, which this API never returns.

            Example:
              docker-cloud repository inspect registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let repositories = try environment.client(connection).repositories
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await repositories.received(name).indentedJSON)
        }
    }
}

/// `docker-cloud repository verify`
struct RepositoryVerify: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies the credentials of repositories again.",
        discussion: """
            Prints each name with its state. A repository that cannot be used (Rejected, Unreachable, or the credential may not pull) \
            counts as a failure.

            Examples:
              docker-cloud repository verify registry.example/team/image
              docker-cloud repository verify --push registry.example/team/image
            """)

    @Argument(help: "The repositories.")
    var names: [String]

    @Flag(help: "Also verify push access: the server starts an upload and cancels it.")
    var push = false

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let repositories = try environment.client(connection).repositories
        try await Batch(doing: "verifying", names: names, console: environment.console).run { name in
            let repository = try await repositories.verify(name, push: push)
            let line = "\(repository.name)  \(repository.state.rawValue)".printableLine
            guard ![.rejected, .unreachable].contains(repository.state) else {
                throw CommandFailure("\(repository.state.rawValue): \(repository.stateReason ?? "the server gave no reason")")
            }
            guard repository.state == .absent || repository.granted.pull != .no else {
                throw CommandFailure(
                    "The registry denies the credential the right to pull. The state is \(repository.state.rawValue). "
                        + "Check the rights of its user at the registry.")
            }
            return Batch.Success(output: line, note: note(repository))
        }
    }

    private func note(_ repository: Repository) -> String? {
        let pushing = push && repository.granted.push == .no ? "The credential may not push" : nil
        return [repository.stateReason, pushing].compactMap(\.self).sentences
    }
}
