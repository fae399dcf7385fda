import ArgumentParser
import DockerCloud

/// `docker-cloud member`
struct MemberCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member",
        abstract: "Members of an organization, and their permissions.",
        discussion: """
            --namespace or DOCKERCLOUD_NAMESPACE names the organization. \(PermissionChoice.explanation)
            """,
        subcommands: [MemberList.self, MemberInspect.self, MemberSet.self, MemberRemove.self])
}

/// `docker-cloud member ls`
struct MemberList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the members of an organization.",
        discussion: """
            Examples:
              docker-cloud member ls --namespace acme
              docker-cloud member ls --namespace acme -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.members(connection).list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension CLIEnvironment {
    /// The members of the organization that the command line or an environment variable names.
    func members(_ options: ConnectionOptions) throws -> Members {
        let organization = try organization(options)
        return try client(options).members(of: organization)
    }
}

extension Member: Tabular {
    static let heading = ["NAME", "PERMISSION"]
    var title: String { name }
    var cells: [String] { [name, permission.rawValue] }
}

/// `docker-cloud member inspect`
struct MemberInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of members, as JSON.",
        discussion: """
            Example:
              docker-cloud member inspect --namespace acme carol
            """)

    @Argument(help: "The members.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let members = try environment.members(connection)
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await members.received(name).indentedJSON)
        }
    }
}

/// `docker-cloud member set`
struct MemberSet: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Adds a user to an organization, or changes the permission of a member.",
        discussion: """
            \(PermissionChoice.explanation)

            Examples:
              docker-cloud member set --namespace acme carol write
              docker-cloud member set --namespace acme dave admin
            """)

    @Argument(help: "The user.")
    var name: String

    @Argument(help: "The permission of the member.")
    var permission: PermissionChoice

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let members = try environment.members(connection)
        try await Batch(doing: "setting", names: [name], console: environment.console).run { name in
            Batch.Success(output: try await members.set(name, to: permission.permission).name.printableLine)
        }
    }
}

/// `docker-cloud member rm`
struct MemberRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Removes members from an organization.",
        discussion: """
            You may always remove yourself, unless you are the last admin. Keys that a member created for robots stay valid.

            Example:
              docker-cloud member rm --namespace acme carol
            """)

    @Argument(help: "The members.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let members = try environment.members(connection)
        try await Batch(doing: "removing", names: names, console: environment.console).run { name in
            try await members.remove(name)
            return Batch.Success(output: name)
        }
    }
}
