import ArgumentParser
import DockerCloud

/// `docker-cloud apikey revoke`
struct APIKeyRevoke: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revokes API keys, at once and for good.",
        discussion: """
            Revoking a key also revokes its renewals, and the keys that were made with it for the same account. Keys that were made with it for
            robots and other users stay valid and are listed; --descendants revokes them, too. Revoked keys stay in the list.

            Examples:
              docker-cloud apikey revoke 4bVn0cQw8ZrT
              docker-cloud apikey revoke --descendants 4bVn0cQw8ZrT
            """)

    @OptionGroup var keys: KeyArguments

    @Flag(help: "Also revoke the keys of robots and other users that were made with them.")
    var descendants = false

    @OptionGroup var connection: ConnectionOptions

    private static func note(_ remaining: [KeyRevocation.Key]) -> String? {
        guard !remaining.isEmpty else { return nil }
        let keys = remaining.map { "\($0.id) of \($0.account)\($0.label.isEmpty ? "" : " (\($0.label))")" }
        return "keys that were made with it stay valid: \(keys.joined(separator: ", ")). --descendants revokes them"
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
