import ArgumentParser
import DockerCloud

/// `docker-cloud setup`
struct SetupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Prints client configurations for pulling and pushing through the server.",
        discussion: """
            Each command prints the configuration of one client, with comments that name the file to store it in, and changes \
            nothing. The output contains no secret; if a configuration needs one, a word in capitals is its placeholder.
            """,
        subcommands: [SetupDocker.self, SetupPodman.self, SetupContainerd.self, SetupBuildx.self])
}
