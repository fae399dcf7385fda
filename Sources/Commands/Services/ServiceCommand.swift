import ArgumentParser
import DockerCloud

/// `docker-cloud service`
struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Services: the uses of images.",
        discussion: """
            A repository is in use while a service of the namespace uses an image of it. Agents report the services of container \
            engines ('docker-cloud agent ls'). A declared service uses its image until it is removed; the server starts no containers.
            """,
        subcommands: [ServiceList.self, ServiceInspect.self, ServiceCreate.self, ServiceRemove.self])
}

/// `docker-cloud service ls`
struct ServiceList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the services, sorted by name.",
        discussion: """
            Examples:
              docker-cloud service ls
              docker-cloud service ls --image registry.example/team/image
              docker-cloud service ls --status Running -q
            """,
        aliases: ["ps"])

    @Option(help: "Only services that use an image of this repository, or this image if it has a tag or a digest.")
    var image: String?

    @Option(help: "Only services with this name.")
    var name: String?

    @Option(name: [.customShort("s"), .long], help: "Only services in this state, such as Running.")
    var status: String?

    @Flag(help: "Print whole UUIDs.")
    var noTrunc = false

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).services.list(
            image: image, name: name, state: status.map(Service.State.init(rawValue:)), pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console) { Row(service: $0, isWhole: noTrunc) }
    }

    /// A service with its whole UUID or only the first 8 characters, which the other commands accept, too.
    struct Row: Listed {
        let service: Received<Service>
        let isWhole: Bool

        static let heading = ["NAME", "UUID", "STATUS", "#CONTAINERS", "IMAGE"]
        var title: String { service.value.uuid }
        var json: String { service.json }
        var cells: [String] {
            let service = service.value
            return [
                service.name, isWhole ? service.uuid : String(service.uuid.prefix(8)), service.state.rawValue,
                "\(service.currentContainers)", service.imageName,
            ]
        }
    }
}

/// `docker-cloud service inspect`
struct ServiceInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of services, as JSON.",
        discussion: """
            A unique name, or a unique prefix of a UUID, is enough.

            Example:
              docker-cloud service inspect web
            """)

    @Argument(help: "The names or UUIDs.")
    var identifiers: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let services = try environment.client(connection).services
        try await Batch(doing: "reading", names: identifiers, console: environment.console).run { identifier in
            Batch.Success(output: try await services.receivedMatch(identifier).indentedJSON)
        }
    }
}

/// `docker-cloud service create`
struct ServiceCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Declares that a service uses an image, and prints its UUID.",
        discussion: """
            The server starts no containers, and does not check whether the image exists.

            Example:
              docker-cloud service create --name web registry.example/team/image:v1
            """)

    @Argument(help: "The image.")
    var image: String

    @Option(name: .shortAndLong, help: "The name. Default: the last component of the repository's name.")
    var name: String?

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let services = try environment.client(connection).services
        try await Batch(doing: "creating", names: [image], console: environment.console).run { image in
            Batch.Success(output: try await services.create(image: image, name: name).uuid)
        }
    }
}

/// `docker-cloud service rm`
struct ServiceRemove: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Terminates declared services, and prints their UUIDs.",
        discussion: """
            A unique name, or a unique prefix of a UUID, is enough.

            Example:
              docker-cloud service rm web
            """,
        aliases: ["terminate"])

    @Argument(help: "The names or UUIDs.")
    var identifiers: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let services = try environment.client(connection).services
        try await Batch(doing: "terminating", names: identifiers, console: environment.console).run { identifier in
            let service = try await services.find(identifier)
            try await services.terminate(service.uuid)
            return Batch.Success(output: service.uuid)
        }
    }
}
