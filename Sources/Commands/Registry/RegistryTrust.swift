import ArgumentParser
import DockerCloud
import FoundationEssentials

/// `docker-cloud registry trust`
struct RegistryTrust: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Allows the server to use a registry that it would not use by itself.",
        discussion: """
            The server connects to registries on the internet with the system's trust. One on its own machine or in a private \
            network, with certificates of an authority of your own, with tokens from another host, or without TLS, has to be \
            allowed by an administrator, once for the whole server. An administrator who registers a repository on a registry in a \
            private network allows it for that network. With --blob-host alone, the registry itself is not trusted any further.

            Examples:
              docker-cloud registry trust registry.local:5000 --ca ca.pem
              docker-cloud registry trust registry.example --realm https://auth.example/token
              docker-cloud registry trust registry.example --blob-host minio.local:9000
              docker-cloud registry trust --untrust registry.local:5000
            """)

    @Argument(help: ArgumentHelp("The registry.", valueName: "host[:port]"))
    var host: String

    @Option(help: ArgumentHelp("Certificates in PEM that are trusted for it beside the system's.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("The URL that its tokens are made at.", valueName: "url"))
    var realm: String?

    @Option(
        help: ArgumentHelp(
            "Host in a private network that it may redirect downloads to, besides those allowed before.", valueName: "host[:port]"))
    var blobHost: String?

    @Flag(help: "Speak to it without TLS: credentials travel in the clear.")
    var plainHttp = false

    @Flag(help: "Take everything back that was allowed.")
    var untrust = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard !untrust || (ca == nil && realm == nil && blobHost == nil && !plainHttp) else {
            throw ValidationError("--untrust takes everything back: give no other option with it.")
        }
    }

    private static func certificates(_ path: String) throws -> String {
        guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
            throw CommandFailure("The file \(path) cannot be read")
        }
        // An empty text would take away the certificates that the registry has.
        guard !text.isEmpty else { throw CommandFailure("The file \(path) is empty") }
        return text
    }

    func run(in environment: CLIEnvironment) async throws {
        let registries = try environment.client(connection).registries
        let authorities = try ca.map(Self.certificates)
        try await Batch(doing: "configuring", names: [host], console: environment.console).run { host in
            let isMore = authorities != nil || realm != nil || plainHttp
            var registry: Registry?
            if untrust {
                registry = try await registries.untrust(host)
            } else if blobHost == nil || isMore {
                registry = try await registries.trust(
                    host, certificateAuthorities: authorities, realm: realm, plainHTTP: plainHttp ? true : nil)
            }
            if let blobHost { registry = try await registries.allow(blobHost: blobHost, of: host) }
            return Batch.Success(output: (registry?.authority ?? host).printableLine)
        }
    }
}
