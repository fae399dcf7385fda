/// Which registry: a host and, where one is written, a port.
///
/// `registry.example` and `registry.example:443` are different authorities, as they are to every client's credential
/// store. Docker Hub has one authority, `docker.io`, under all the names that clients know it by.
package struct RegistryAuthority: Hashable, Sendable {
    package let host: String
    package let port: Int?

    package static let dockerHub = RegistryAuthority(host: "docker.io", port: nil)

    /// The host that answers Docker Hub's registry API; `docker.io` itself is a web site.
    package static let dockerHubAPIHost = "registry-1.docker.io"

    private static let dockerHubAliases: Set<String> = ["docker.io", "index.docker.io", dockerHubAPIHost]

    private init(host: String, port: Int?) {
        self.host = host
        self.port = port
    }

    /// Reads `host` or `host:port`; upper-case letters are folded.
    package init(parsing text: some StringProtocol) throws(NamingError) {
        try self.init(bytes: Array(text.utf8))
    }

    init(bytes: some Collection<UInt8>) throws(NamingError) {
        guard !bytes.isEmpty else { throw NamingError(.empty) }
        guard !bytes.contains("://".utf8) else { throw NamingError(.scheme) }
        guard bytes.first != UInt8(ascii: "[") else { throw NamingError(.ipv6) }
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        let lowercased = parts[0].map(\.lowercased)
        try HostGrammar.check(lowercased)
        let host = lowercased.asciiText
        let port = parts.count == 2 ? try Self.port(parts[1]) : nil
        self = port == nil && Self.dockerHubAliases.contains(host) ? .dockerHub : Self(host: host, port: port)
    }

    private static func port(_ digits: some Collection<UInt8>) throws(NamingError) -> Int {
        guard let port = HostGrammar.decimal(digits), (1...65535).contains(port) else { throw NamingError(.port) }
        return port
    }
}

extension RegistryAuthority {
    package var isDockerHub: Bool { self == .dockerHub }

    /// The host and port as they stand in resource URIs and in requests to the registry.
    package var apiAuthority: String { isDockerHub ? Self.dockerHubAPIHost : description }

    /// Whether the name itself, without asking anybody, says this machine: `localhost` or 127.0.0.0/8.
    package var isLiteralLoopback: Bool {
        host == "localhost" || HostGrammar.ipv4(Array(host.utf8))?.first == 127
    }
}

extension RegistryAuthority: CustomStringConvertible, Comparable {
    package var description: String { port.map { "\(host):\($0)" } ?? host }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
