/// The authority of a registry: a host and an optional port.
///
/// `registry.example` and `registry.example:443` are different authorities, as in every client's credential store. All names of Docker
/// Hub that clients use are one authority, `docker.io`.
package struct RegistryAuthority: Hashable, Sendable {
    package let host: String
    package let port: Int?

    package static let dockerHub = RegistryAuthority(host: "docker.io", port: nil)

    /// The host of Docker Hub's registry API; `docker.io` itself is a web site.
    package static let dockerHubAPIHost = "registry-1.docker.io"

    private static let dockerHubAliases: Set<String> = ["docker.io", "index.docker.io", dockerHubAPIHost]

    private init(host: String, port: Int?) {
        self.host = host
        self.port = port
    }

    /// Parses `host` or `host:port` and converts the host to lower case.
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

    /// The host and port in resource URIs and in requests to the registry.
    package var apiAuthority: String { isDockerHub ? Self.dockerHubAPIHost : description }

    /// Whether the host is `localhost` or in 127.0.0.0/8, without a DNS lookup.
    package var isLiteralLoopback: Bool {
        host == "localhost" || HostGrammar.ipv4(Array(host.utf8))?.first == 127
    }
}

extension RegistryAuthority: CustomStringConvertible, Comparable {
    package var description: String { port.map { "\(host):\($0)" } ?? host }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// The host of a registry: a DNS name (RFC 1123, section 2.1) or an IPv4 address in four decimal parts.
///
/// A host is checked byte by byte before any URL type parses it. URL types decode percent-encoding, convert Unicode digits and parse
/// `0x7f.1` as 127.0.0.1 (https://url.spec.whatwg.org/#ends-in-a-number-checker), so that the checked host could differ from the host of
/// the connection.
enum HostGrammar {
    static let maximumLength = 253
    static let maximumLabelLength = 63

    static func check(_ host: [UInt8]) throws(NamingError) {
        guard host.first != UInt8(ascii: "[") else { throw NamingError(.ipv6) }
        guard host.count <= maximumLength else { throw NamingError(.tooLong) }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let last = labels.last, labels.allSatisfy(isLabel) else { throw NamingError(.host) }
        if looksNumeric(last), ipv4(host) == nil { throw NamingError(.numericHost) }
    }

    /// The four parts of an address in its canonical spelling; nil for anything else.
    static func ipv4(_ host: some Collection<UInt8>) -> [UInt8]? {
        let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let octets = parts.compactMap { decimal($0).flatMap(UInt8.init(exactly:)) }
        return parts.count == 4 && octets.count == 4 ? octets : nil
    }

    /// A decimal number without sign and leading zeros.
    static func decimal(_ digits: some Collection<UInt8>) -> Int? {
        guard digits.count <= 9, digits.allSatisfy(\.isDigit), let value = Int(digits.asciiText) else { return nil }
        return digits.count > 1 && digits.first == UInt8(ascii: "0") ? nil : value
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        guard let first = label.first, let last = label.last, label.count <= maximumLabelLength else { return false }
        return first.isLowerAlphanumeric && last.isLowerAlphanumeric
            && label.allSatisfy { $0.isLowerAlphanumeric || $0 == UInt8(ascii: "-") }
    }

    private static func looksNumeric(_ label: ArraySlice<UInt8>) -> Bool {
        label.allSatisfy(\.isDigit)
            || (label.starts(with: "0x".utf8) && label.dropFirst(2).allSatisfy(\.isHexDigit))
    }
}
