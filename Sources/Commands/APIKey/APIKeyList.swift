import ArgumentParser
import DockerCloud
import FoundationEssentials

/// `docker-cloud apikey ls`
struct APIKeyList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists API keys, newest first; those that are over are among them.",
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
    /// A key as it stands at a moment.
    struct Row: Listed {
        let key: APIKey
        let now: Date

        static let heading = ["ID", "ACCOUNT", "LABEL", "SCOPES", "EXPIRES", "LAST_USED", "STATE"]
        var title: String { key.id }
        var json: String { key.json }
        var cells: [String] {
            [
                key.id, key.account, key.label, key.scopes.map(\.rawValue).joined(separator: ","), key.expires.cell(orIfNone: "never"),
                key.lastUsed.cell(orIfNone: "never"), key.state(at: now).rawValue,
            ]
        }
    }
}
