import ArgumentParser
import DockerCloud

/// `docker-cloud apikey renew`
struct APIKeyRenew: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Replaces the API key of this login by a new one with the same rights.",
        discussion: """
            Prints the new key, which is shown this once. The old one stays valid for 24 hours, or for --grace hours; with --grace 0 it ends at
            once. The new key ends no later than the key that the old one was made with. Any key may renew itself, whatever its scopes.

            Example:
              docker-cloud apikey renew --expires 90
            """)

    @Option(name: .customLong("expires"), help: ArgumentHelp("For how many days the new key is valid; without it, 90.", valueName: "days"))
    var days: Int?

    @Option(help: ArgumentHelp("For how many hours the old key stays valid; without it, 24.", valueName: "hours"))
    var grace: Int?

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let key = try await environment.client(connection).apiKeys.renew(expiresInDays: days, graceHours: grace)
        try environment.console.write(key.secret.printableLine)
        guard environment.console.errorIsTerminal else { return }
        let end = key.apiKey.expires.map { ", valid until \($0.cell)" } ?? ""
        environment.console.report(
            "Key \(key.apiKey.id) of \(key.apiKey.account)\(end). It is shown this once: put it where the old one is used".printableLine)
    }
}
