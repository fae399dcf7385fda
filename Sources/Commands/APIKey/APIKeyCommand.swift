import ArgumentParser

/// `docker-cloud apikey`
struct APIKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apikey",
        abstract: "API keys, which accounts log in with.",
        subcommands: [APIKeyList.self, APIKeyInspect.self, APIKeyCreate.self, APIKeyRenew.self, APIKeyRevoke.self])
}
