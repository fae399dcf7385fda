import ArgumentParser
import DockerCloud

/// `docker-cloud user`
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "People's accounts, for administrators of the server.",
        subcommands: [UserList.self, UserInspect.self, UserCreate.self, UserDisable.self, UserEnable.self])
}

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

extension User: Tabular {
    static let heading = ["NAME", "ADMINISTRATOR", "DISABLED"]
    var title: String { name }
    var cells: [String] { [name, isAdministrator.cell, isDisabled.cell] }
}

/// `docker-cloud user inspect`
struct UserInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of users, as JSON.",
        discussion: """
            Every user may inspect their own account.

            Example:
              docker-cloud user inspect carol
            """)

    @Argument(help: "The users.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let users = try environment.client(connection).users
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await users.received(name).indentedJSON)
        }
    }
}

/// `docker-cloud user create`
struct UserCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Creates accounts for people.",
        discussion: """
            A name consists of 2 to 30 lower-case letters, digits and single dashes between them, and can never be reused. A new account \
            has no key: create the first one with 'docker-cloud apikey create --for' and give it to the user.

            Examples:
              docker-cloud user create carol dave
              docker-cloud user create --administrator erin
              docker-cloud apikey create --for carol --label 'first key'
            """)

    @Argument(help: "The names.")
    var names: [String]

    @Flag(help: "Make them administrators of the server.")
    var administrator = false

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let users = try environment.client(connection).users
        try await Batch(doing: "creating", names: names, console: environment.console).run { name in
            Batch.Success(output: try await users.create(name, isAdministrator: administrator).name.printableLine)
        }
    }
}

/// `docker-cloud user disable`
struct UserDisable: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Disables users: their keys are rejected, and nothing is removed.",
        discussion: """
            Example:
              docker-cloud user disable carol
            """)

    @Argument(help: "The users.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let users = try environment.client(connection).users
        try await Batch(doing: "disabling", names: names, console: environment.console).run { name in
            Batch.Success(output: try await users.disable(name).name.printableLine)
        }
    }
}

/// `docker-cloud user enable`
struct UserEnable: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Enables disabled users: their keys are accepted again.",
        discussion: """
            Example:
              docker-cloud user enable carol
            """)

    @Argument(help: "The users.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let users = try environment.client(connection).users
        try await Batch(doing: "enabling", names: names, console: environment.console).run { name in
            Batch.Success(output: try await users.enable(name).name.printableLine)
        }
    }
}
