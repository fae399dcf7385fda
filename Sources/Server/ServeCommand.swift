package import ArgumentParser

package struct ServeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: """
            Every option can also be set in the environment (LIGHTERMAN_LISTEN, LIGHTERMAN_TRUSTED_PROXY=A,B, ...) or in the \
            file that --config names, a JSON object ({"listen": "127.0.0.1:8080", "trusted-proxy": ["10.0.0.0/8"]}). Options \
            override the environment, and the environment overrides the file.

            A first start makes the data directory, the key that it is sealed with (DATA.kek, beside it) and an administrator, \
            whose API key it writes to DATA.env. Source that file, and every client works:

                lighterman serve &
                . ./lighterman-data.env
                docker-cloud repository ls

            Exit codes: 64 usage, 69 port taken or data in use, 74 data not writable, 78 configuration or key.
            """)

    @OptionGroup package var options: ServeOptions

    package init() {}

    package func run() async throws {
        try await StartError.reporting {
            let settings = try await Settings(options: options, environment: ProcessEnvironment.variables())
            try await Server(settings: settings).run(within: try settings.descriptors(limit: DescriptorLimit.current()))
        }
    }
}
