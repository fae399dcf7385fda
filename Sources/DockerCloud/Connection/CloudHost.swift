/// Where a server is: its scheme, host and port.
///
/// Two spellings of one address (upper case, a trailing slash, the scheme's own port) are equal.
public struct CloudHost: Hashable, Sendable {
    /// Whether the connection is TLS.
    public let isEncrypted: Bool
    private let name: String
    private let port: Int

    /// Reads `http://host[:port]` or `https://host[:port]`, with or without a slash at the end.
    ///
    /// - Throws: ``DockerCloudError/invalidHost(reason:)`` for anything else: a path, a query or credentials in the address.
    public init(_ text: String) throws(DockerCloudError) {
        guard let separator = text.firstRange(of: "://") else {
            throw .invalidHost(reason: text.isEmpty ? "it is empty" : "it does not begin with http:// or https://")
        }
        switch text[..<separator.lowerBound].lowercased() {
        case "http": isEncrypted = false
        case "https": isEncrypted = true
        default: throw .invalidHost(reason: "it does not begin with http:// or https://")
        }
        var rest = text[separator.upperBound...]
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.contains("@") else { throw .invalidHost(reason: "it holds a user name; credentials are given apart from it") }
        guard !rest.contains(where: { "/?#".contains($0) }) else {
            throw .invalidHost(reason: "something follows the host, and the API is always at /api/")
        }
        let (name, digits) = try Self.split(rest)
        guard Self.isHost(name) else { throw .invalidHost(reason: "its host is neither a name nor an IP address") }
        guard let port = digits.map({ Self.port($0) }) ?? (isEncrypted ? 443 : 80) else {
            throw .invalidHost(reason: "its port is not a number from 1 to 65535")
        }
        self.name = name.lowercased()
        self.port = port
    }

    /// Whether the name itself says this machine: `localhost`, 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return name == "localhost" || name == "[::1]" || (parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil })
    }
}

extension CloudHost: CustomStringConvertible {
    /// The address without a slash at its end, and without a port that the scheme says already.
    public var description: String {
        let usual = port == (isEncrypted ? 443 : 80)
        return (isEncrypted ? "https://" : "http://") + name + (usual ? "" : ":\(port)")
    }
}

extension CloudHost {
    /// The server as the names of images begin with it, and as people log in to it: `cloud.example`, `127.0.0.1:8080`.
    public var imageHost: String {
        let usual = port == (isEncrypted ? 443 : 80)
        // Without a dot and a port it would be read as somebody on Docker Hub.
        return usual && (name.contains(".") || name == "localhost") ? name : "\(name):\(port)"
    }
}

extension CloudHost {
    /// The host, with the brackets of an IPv6 address, and the digits of the port.
    private static func split(_ authority: Substring) throws(DockerCloudError) -> (Substring, Substring?) {
        let end = authority.first == "[" ? authority.firstIndex(of: "]") : authority.startIndex
        guard let end else { throw .invalidHost(reason: "its IPv6 address has no ']'") }
        guard let colon = authority[end...].firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func isHost(_ name: Substring) -> Bool {
        if name.first == "[" {
            let address = name.dropFirst().dropLast()
            return name.last == "]" && address.contains(":") && address.utf8.allSatisfy { $0.isHexDigit || $0 == 0x3A || $0 == 0x2E }
        }
        return !name.isEmpty && name.utf8.count <= 253 && name.utf8.allSatisfy { $0.isUnreserved && $0 != UInt8(ascii: "~") }
    }

    private static func port(_ digits: Substring) -> Int? {
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(digits).flatMap { (1...65535).contains($0) ? $0 : nil }
    }
}
