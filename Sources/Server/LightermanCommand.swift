package import ArgumentParser

package struct LightermanCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lighterman",
        abstract: "Keeps the credentials of repositories on third-party registries.",
        discussion: """
            Lighterman is a self-hosted implementation of Docker Cloud's External Repositories: a repository is registered \
            once, with its credentials, and every deployment and build uses it from then on.
            """,
        version: "lighterman \(Version.current)",
        subcommands: [ServeCommand.self, RotateCommand.self, RecoverCommand.self, DoctorCommand.self],
        defaultSubcommand: nil)

    package init() {}
}

package enum Version {
    package static let current = "0.1.0"
}
