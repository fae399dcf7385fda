import ArgumentParser
import DockerCloud
import FoundationEssentials

/// `docker-cloud registry`
struct RegistryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Registries of the registered repositories.",
        subcommands: [RegistryList.self, RegistryInspect.self, RegistryTrust.self])
}

/// `docker-cloud registry ls`
struct RegistryList: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "Lists the registries of the registered repositories.",
        discussion: """
            Examples:
              docker-cloud registry ls
              docker-cloud registry ls -o json
            """)

    @OptionGroup var list: ListOptions
    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let listing = try environment.client(connection).registries.list(pageSize: ListOptions.pageSize)
        try await list.show(listing, on: environment.console)
    }
}

extension Registry: Tabular {
    static let heading = ["HOST", "NAME", "IS_SSL"]
    var title: String { authority }
    var cells: [String] { [authority, name, isSSL?.cell ?? "unknown"] }
}

/// `docker-cloud registry inspect`
struct RegistryInspect: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows all attributes of registries, as JSON.",
        discussion: """
            Example:
              docker-cloud registry inspect registry.example:5000
            """)

    @Argument(help: ArgumentHelp("The registries.", valueName: "host[:port]"))
    var hosts: [String]

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let registries = try environment.client(connection).registries
        try await Batch(doing: "reading", names: hosts, console: environment.console).run { host in
            Batch.Success(output: try await registries.received(host).indentedJSON)
        }
    }
}

/// `docker-cloud registry trust`
struct RegistryTrust: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Allows the server to use a registry that it does not trust by default.",
        discussion: """
            By default, the server connects to registries on the internet whose certificates the system trusts. An administrator has to \
            allow any other registry once for the whole server: one on the server's own machine or in a private network, with \
            certificates of a private authority, with a token service on another host, or without TLS. If an administrator registers a \
            repository on a registry in a private network, that registry is allowed in that network. --blob-host alone does not change \
            the trust in the registry itself.

            Examples:
              docker-cloud registry trust registry.local:5000 --ca ca.pem
              docker-cloud registry trust registry.example --realm https://auth.example/token
              docker-cloud registry trust registry.example --blob-host minio.local:9000
              docker-cloud registry trust --untrust registry.local:5000
            """)

    @Argument(help: ArgumentHelp("The registry.", valueName: "host[:port]"))
    var host: String

    @Option(help: ArgumentHelp("Certificates in PEM to trust for this registry in addition to the system's.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("The URL of its token service.", valueName: "url"))
    var realm: String?

    @Option(
        help: ArgumentHelp(
            "Another host in a private network that the registry may redirect downloads to.", valueName: "host[:port]"))
    var blobHost: String?

    @Flag(help: "Connect without TLS: credentials are sent unencrypted.")
    var plainHttp = false

    @Flag(help: "Withdraw all that was allowed for the registry.")
    var untrust = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard !untrust || (ca == nil && realm == nil && blobHost == nil && !plainHttp) else {
            throw ValidationError("--untrust withdraws everything and cannot be combined with another option.")
        }
    }

    private static func certificates(_ path: String) throws -> String {
        guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
            throw CommandFailure("The file \(path) cannot be read. Nothing was sent. Check its name and its permissions.")
        }
        // An empty text would remove the stored certificates of the registry.
        guard !text.isEmpty else {
            throw CommandFailure("The file \(path) is empty. Nothing was sent. Name a file with the certificates in PEM.")
        }
        guard !text.contains("PRIVATE KEY-----") else {
            throw CommandFailure("The file \(path) contains a private key. Nothing was sent. Name a file with the certificates only.")
        }
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
