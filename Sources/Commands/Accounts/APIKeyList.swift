import ArgumentParser
import DockerCloud
import FoundationEssentials

/// `docker-cloud apikey ls`
struct APIKeyList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists API keys, newest first, including expired and revoked ones.",
        discussion: """
            Examples:
              docker-cloud apikey ls
              docker-cloud apikey ls --for acme+ci -q
              docker-cloud apikey ls --organization acme
              docker-cloud apikey ls -o json
            """)

    @Option(name: .customLong("for"), help: ArgumentHelp("Only keys of this account.", valueName: "account"))
    var account: String?

    @Option(
        help: ArgumentHelp(
            "Keys of members and robots that can be used in this organization. Only server administrators may list them.",
            valueName: "name"))
    var organization: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard account == nil || organization == nil else { throw ValidationError("Give either --for or --organization, not both.") }
    }

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).apiKeys.list(
            account: account, organization: organization, pageSize: ListOptions.pageSize)
        let now = environment.now()
        try await list.show(listing, on: environment.console) { Row(key: $0, now: now) }
    }
}

extension APIKeyList {
    /// A key with its state at a given time.
    struct Row: Listed {
        let key: Received<APIKey>
        let now: Date

        static let heading = ["ID", "ACCOUNT", "LABEL", "SCOPES", "EXPIRES", "LAST_USED", "STATE"]
        var title: String { key.value.id }
        var json: String { key.json }
        var cells: [String] {
            let key = key.value
            return [
                key.id, key.account, key.label, key.scopes.map(\.rawValue).joined(separator: ","), key.expires.cell(orIfNone: "never"),
                key.lastUsed.cell(orIfNone: "never"), key.state(at: now).rawValue,
            ]
        }
    }
}

/// `docker-cloud apikey inspect`
struct APIKeyInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of API keys, as JSON.",
        discussion: """
            The output does not include the key itself, which the server shows only once, when it is created.

            Example:
              docker-cloud apikey inspect 4bVn0cQw8ZrT
            """)

    @OptionGroup var keys: KeyArguments

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let apiKeys = try environment.client(connection).apiKeys
        try await Batch(doing: "reading", names: keys.ids, console: environment.console).run { id in
            Batch.Success(output: try await apiKeys.received(id).indentedJSON)
        }
    }
}

/// `docker-cloud apikey revoke`
struct APIKeyRevoke: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revokes API keys, immediately and permanently.",
        discussion: """
            Revoking a key also revokes its renewals and the keys that were created with it for the same account. Keys that were created \
            with it for robots and other users stay valid and are reported; --descendants revokes them, too. 'ls' still lists revoked keys.

            Examples:
              docker-cloud apikey revoke 4bVn0cQw8ZrT
              docker-cloud apikey revoke --descendants 4bVn0cQw8ZrT
            """)

    @OptionGroup var keys: KeyArguments

    @Flag(help: "Also revoke the keys of robots and other users that were created with them.")
    var descendants = false

    @OptionGroup var connection: ConnectionOptions

    private static func note(_ remaining: [KeyRevocation.Key]) -> String? {
        guard !remaining.isEmpty else { return nil }
        let keys = remaining.map { "\($0.id) of \($0.account)\($0.label.isEmpty ? "" : " (\($0.label))")" }
        return "keys that were created with it stay valid: \(keys.joined(separator: ", ")). --descendants revokes them"
    }

    func run(in environment: CLIEnvironment) async throws {
        let apiKeys = try environment.client(connection).apiKeys
        try await Batch(doing: "revoking", names: keys.ids, console: environment.console).run { id in
            let revocation = try await apiKeys.revoke(id, descendants: descendants)
            let others = revocation.revoked.filter { $0 != id }
            return Batch.Success(
                output: ([id] + others).map(\.printableLine).joined(separator: "\n"), note: Self.note(revocation.remaining))
        }
    }
}

/// The IDs of the keys that a command operates on.
struct KeyArguments: ParsableArguments {
    @Argument(help: "The IDs of the keys.")
    var ids: [String]

    func validate() throws {
        guard !ids.contains(where: { $0.hasPrefix("lm_") }) else {
            throw ValidationError("Give the ID, which is the 12 characters after 'lm_', not the whole key, which is a secret.")
        }
    }
}
