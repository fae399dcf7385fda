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
        version: "lighterman \(Version.current)",
        subcommands: [ServeCommand.self, RotateCommand.self, RecoverCommand.self, DoctorCommand.self],
        defaultSubcommand: nil)

    package init() {}
}

package enum Version {
    package static let current = "0.1.0"
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

            Exit codes: 64 usage, 69 port or data in use, 74 data not writable, 78 configuration or key.
            """)

    @OptionGroup package var options: ServeOptions

    package init() {}

    package func run() async throws {
        try await StartError.reporting {
            let settings = try await Settings(options: options, environment: ProcessInfo.processInfo.environment)
            try await Server(settings: settings).run(within: try settings.descriptors(limit: DescriptorLimit.current()))
        }
    }
}

/// Options for commands that work on the data directory while the server is stopped.
package struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Data directory. (default: ./lighterman-data)", valueName: "directory"))
    package var data: String?

    @Option(help: ArgumentHelp("File with the key-encryption keys, newest first. (default: DATA.kek)", valueName: "file"))
    package var kekFile: String?

    @Option(
        help: ArgumentHelp(
            "File with revoked keys and disabled accounts. (default: DATA.revoked)",
            valueName: "file"))
    package var revocations: String?

    package init() {}

    /// Reads the settings from these options, and from more, in the same way as the server does.
    func settings(and more: [(name: String, value: String?)] = []) async throws -> Settings {
        let given = [("--data", data), ("--kek-file", kekFile), ("--revocations", revocations)] + more.map { ($0.name, $0.value) }
        let arguments = given.flatMap { name, value in value.map { [name, $0] } ?? [] }
        return try await Settings(options: try ServeOptions.parse(arguments), environment: ProcessInfo.processInfo.environment)
    }
}
