import ArgumentParser

/// `docker-cloud setup`
struct SetupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Prints how clients are told to pull and push through the server.",
        discussion: """
            Each prints the configuration of one client, with comments that say where it goes, and changes nothing. There is no \
            secret in it; where the client wants one in its configuration, a word in capitals stands for it.
            """,
        subcommands: [SetupDocker.self, SetupPodman.self, SetupContainerd.self, SetupBuildx.self])
}
