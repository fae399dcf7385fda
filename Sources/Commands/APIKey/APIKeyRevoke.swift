import ArgumentParser
import DockerCloud

/// `docker-cloud apikey revoke`
struct APIKeyRevoke: Operation {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revokes API keys, at once and for good.",
        discussion: """
            They stay in the list as what they are. To revoke one again changes nothing.

            Example:
              docker-cloud apikey revoke 4bVn0cQw8ZrT
            """)

    @OptionGroup var keys: KeyArguments

    @OptionGroup var connection: ConnectionOptions

    func run(in surroundings: Surroundings) async throws {
        let apiKeys = try surroundings.client(connection).apiKeys
        try await Batch(doing: "revoking", names: keys.ids, console: surroundings.console).run { id in
            try await apiKeys.revoke(id)
            return Batch.Success(output: id)
        }
    }
}
