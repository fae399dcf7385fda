import ArgumentParser
import DockerCloud

/// `docker-cloud apikey inspect`
struct APIKeyInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all that the server knows of API keys, as JSON.",
        discussion: """
            The key itself is not part of it: the server told it once.

            Example:
              docker-cloud apikey inspect 4bVn0cQw8ZrT
            """)

    @OptionGroup var keys: KeyArguments

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let apiKeys = try environment.client(connection).apiKeys
        try await Batch(doing: "reading", names: keys.ids, console: environment.console).run { id in
            Batch.Success(output: try await apiKeys.get(id).indentedJSON)
        }
    }
}
