import ArgumentParser
import DockerCloud

/// `docker-cloud organization`
struct OrganizationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organization",
        abstract: "Organizations: namespaces that several accounts share.",
        discussion: """
            To use an organization, name it with --namespace or DOCKERCLOUD_NAMESPACE. 'docker-cloud member' and \
            'docker-cloud robot' set permissions in it.
            """,
        subcommands: [OrganizationList.self, OrganizationInspect.self, OrganizationCreate.self, OrganizationRemove.self])
}

/// `docker-cloud organization ls`
struct OrganizationList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the organizations that you belong to, with your permission in each.",
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

extension Organization: Tabular {
    static let heading = ["NAME", "PERMISSION"]
    var title: String { name }
    var cells: [String] { [name, permission.rawValue] }
}

/// `docker-cloud organization inspect`
struct OrganizationInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of organizations, as JSON.",
        discussion: """
            Example:
              docker-cloud organization inspect acme
            """)

    @Argument(help: "The organizations.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let organizations = try environment.client(connection).organizations
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await organizations.received(name).indentedJSON)
        }
    }
}

/// `docker-cloud organization create`
struct OrganizationCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Creates organizations, with you as an admin.",
        discussion: """
            A name consists of 2 to 30 lower-case letters, digits and single dashes between them, and can never be reused. The server \
            limits the number of organizations that an account creates, including removed ones; administrators have no limit.

            Example:
              docker-cloud organization create acme
              docker-cloud member set --namespace acme carol write
            """)

    @Argument(help: "The names.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let organizations = try environment.client(connection).organizations
        try await Batch(doing: "creating", names: names, console: environment.console).run { name in
            Batch.Success(output: try await organizations.create(name).name.printableLine)
        }
    }
}

/// `docker-cloud organization rm`
struct OrganizationRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Removes organizations, with their robots and the robots' keys.",
        discussion: """
            Remove the repositories of the organization first. Its name cannot be reused.

            Example:
              docker-cloud organization rm acme
            """)

    @Argument(help: "The organizations.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let organizations = try environment.client(connection).organizations
        try await Batch(doing: "removing", names: names, console: environment.console).run { name in
            try await organizations.remove(name)
            return Batch.Success(output: name)
        }
    }
}
