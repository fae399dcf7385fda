import ArgumentParser
import DockerCloud

/// `docker-cloud action`
struct ActionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "action",
        abstract: "The audit trail: who changed what, when, and from where.",
        subcommands: [ActionList.self, ActionInspect.self])
}

/// `docker-cloud action ls`
struct ActionList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the latest actions in a namespace, newest first.",
        discussion: """
            Examples:
              docker-cloud action ls -l 100
              docker-cloud action ls --state failed --since 2026-11-24
              docker-cloud action ls --repository registry.example/team/image --action "Repository Pull"
              docker-cloud action ls --user carol --key 0123456789ab
              docker-cloud action ls --all-namespaces --state failed
            """)

    @Option(
        name: [.customShort("l"), .customLong("limit"), .customLong("last")],
        help: ArgumentHelp("The maximum number of actions to list.", valueName: "limit"))
    var limit = 25

    @OptionGroup var conditions: ActionConditions

    @Flag(help: "List the actions of all namespaces. Only server administrators may do so.")
    var allNamespaces = false

    @Flag(help: "Print whole UUIDs.")
    var noTrunc = false

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("The limit must be at least 1.") }
    }

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).actions.list(
            state: conditions.state?.state, action: conditions.action, object: conditions.object, repository: conditions.repository,
            user: conditions.user, apiKey: conditions.key, startedFrom: conditions.since?.date, inAllNamespaces: allNamespaces,
            pageSize: min(limit, ListOptions.pageSize))
        try await list.show(listing.received.prefix(limit).map { Row(action: $0, isWhole: noTrunc) }, on: environment.console)
    }
}

extension ActionList {
    /// An action with its whole UUID or only the first 8 characters, which `action inspect` accepts, too.
    struct Row: Listed {
        let action: Received<Action>
        let isWhole: Bool

        static let heading = ["UUID", "ACTION", "OBJECT", "STATE", "USER", "IP", "START"]
        var title: String { action.value.uuid }
        var json: String { action.json }
        var cells: [String] {
            let action = action.value
            return [
                isWhole ? action.uuid : String(action.uuid.prefix(8)), action.action, action.object, action.state.rawValue, action.user,
                action.ip, action.started.cell,
            ]
        }
    }
}

/// `docker-cloud action inspect`
struct ActionInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of actions, as JSON.",
        discussion: """
            A unique prefix of a UUID is enough.

            Example:
              docker-cloud action inspect 0b5f8e6c
            """)

    @Argument(help: ArgumentHelp("The UUIDs of the actions, or prefixes of them.", valueName: "uuid"))
    var uuids: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let actions = try environment.client(connection).actions
        try await Batch(doing: "reading", names: uuids, console: environment.console).run { uuid in
            Batch.Success(output: try await actions.receivedMatch(uuid).indentedJSON)
        }
    }
}
