import ArgumentParser
import DockerCloud

/// `docker-cloud robot`
struct RobotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "robot",
        abstract: "Robots: accounts of an organization for programs, such as build servers.",
        discussion: """
            A robot's full name is organization+robot, which is also its user name. The second part alone means a robot of the \
            organization that --namespace or DOCKERCLOUD_NAMESPACE names. 'docker-cloud apikey create' creates its keys. A robot \
            stays when the person who created it leaves.
            """,
        subcommands: [RobotList.self, RobotInspect.self, RobotCreate.self, RobotSet.self, RobotRemove.self])
}

/// `docker-cloud robot ls`
struct RobotList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the robots of an organization, by their user names.",
        discussion: """
            Examples:
              docker-cloud robot ls --namespace acme
              docker-cloud robot ls --namespace acme -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.robots(connection, named: []).list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension CLIEnvironment {
    /// Requires an organization from the command line or the environment, unless all names contain one.
    func robots(_ options: ConnectionOptions, named names: [String]) throws -> Robots {
        if names.isEmpty || !names.allSatisfy({ $0.contains("+") }) { _ = try organization(options) }
        return try client(options).robots
    }
}

extension Robot: Tabular {
    static let heading = ["NAME", "PERMISSION"]
    var title: String { account }
    var cells: [String] { [account, permission.rawValue] }
}

/// `docker-cloud robot inspect`
struct RobotInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of robots, as JSON.",
        discussion: """
            Example:
              docker-cloud robot inspect acme+ci
            """)

    @Argument(help: "The robots.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let robots = try environment.robots(connection, named: names)
        try await Batch(doing: "reading", names: names, console: environment.console).run { name in
            Batch.Success(output: try await robots.received(name).indentedJSON)
        }
    }
}

/// `docker-cloud robot create`
struct RobotCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Creates a robot, and prints its user name.",
        discussion: """
            A new robot has no key. \(PermissionChoice.explanation)

            Examples:
              docker-cloud robot create acme+ci
              docker-cloud apikey create --for acme+ci

              docker-cloud robot create --namespace acme --permission write nightly
            """)

    @Argument(help: "The robot.")
    var name: String

    @Option(help: "The permission of the robot in the organization.")
    var permission = PermissionChoice.read

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let console = environment.console
        let robots = try environment.robots(connection, named: [name])
        try await Batch(doing: "creating", names: [name], console: console).run { name in
            let robot = try await robots.create(name, permission: permission.permission)
            let note = "created without a key: 'docker-cloud apikey create --for \(robot.account)' creates one"
            return Batch.Success(output: robot.account.printableLine, note: console.errorIsTerminal ? note : nil)
        }
    }
}

/// `docker-cloud robot set`
struct RobotSet: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Changes the permission of a robot; its keys stay valid.",
        discussion: """
            \(PermissionChoice.explanation)

            Example:
              docker-cloud robot set acme+ci write
            """)

    @Argument(help: "The robot.")
    var name: String

    @Argument(help: "The permission of the robot in the organization.")
    var permission: PermissionChoice

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let robots = try environment.robots(connection, named: [name])
        try await Batch(doing: "setting", names: [name], console: environment.console).run { name in
            Batch.Success(output: try await robots.set(name, to: permission.permission).account.printableLine)
        }
    }
}

/// `docker-cloud robot rm`
struct RobotRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Removes robots; their keys become invalid immediately.",
        discussion: """
            Example:
              docker-cloud robot rm acme+ci
            """)

    @Argument(help: "The robots.")
    var names: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let robots = try environment.robots(connection, named: names)
        try await Batch(doing: "removing", names: names, console: environment.console).run { name in
            try await robots.remove(name)
            return Batch.Success(output: name)
        }
    }
}
