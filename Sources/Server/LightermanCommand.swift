package import ArgumentParser
import FoundationEssentials

package struct LightermanCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lighterman",
        abstract: "Stores credentials of third-party registries and proxies pulls and pushes to them.",
        discussion: """
            Lighterman is a self-hosted implementation of Docker Cloud's External Repositories: a repository is registered \
            once, with its credentials, and every deployment and build uses it from then on.
            """,
        version: Version.line,
        subcommands: [
            ServeCommand.self, BackupCommand.self, RestoreCommand.self, DoctorCommand.self, RotateCommand.self, RecoverCommand.self,
            HealthcheckCommand.self, VersionCommand.self,
        ],
        defaultSubcommand: nil)

    package init() {}
}

package struct ServeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: """
            Every option can also be set in the environment (LIGHTERMAN_LISTEN, LIGHTERMAN_TRUSTED_PROXY=A,B, ...) or in the \
            JSON file given with --config ({"listen": "127.0.0.1:8080", "trusted-proxy": ["10.0.0.0/8"]}). Options override the \
            environment, and the environment overrides the file.

            The first start creates the data directory, the key-encryption key (DATA.kek, next to it) and an administrator, \
            whose API key is written to DATA.env. Source that file to configure the clients:

                lighterman serve &
                . ./lighterman-data.env
                docker-cloud repository ls

            SIGHUP loads the TLS certificate and its key again; the server also does so when these files change.

            Exit codes: 64 usage, 69 port or data in use, 74 data not writable, 78 configuration or key.
            """)

    @OptionGroup package var options: ServeOptions

    package init() {}

    package func run() async throws {
        try await StartError.reporting {
            let environment = ProcessInfo.processInfo.environment
            let settings = try await Settings(options: options, environment: environment)
            try await Server(settings: settings, environment: environment).run(
                within: try settings.descriptors(limit: DescriptorLimit.current()))
        }
    }
}
