import Naming

/// The address of a server: scheme, host and port.
///
/// Spellings that differ only in case, a trailing slash or the scheme's default port are equal.
public struct CloudHost: Hashable, Sendable {
    /// Whether connections use TLS.
    public let isEncrypted: Bool
    private let name: String
    private let port: Int

    /// Parses `http://host[:port]` or `https://host[:port]`, with or without a trailing slash.
    ///
    /// - Throws: ``DockerCloudError/Code/invalidHost`` for anything else: a path, a query or credentials in the address.
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
        guard !rest.contains("@") else { throw .invalidHost(reason: "it contains a user name; set the credential separately") }
        guard !rest.contains(where: { "/?#".contains($0) }) else {
            throw .invalidHost(reason: "it contains more than scheme, host and port")
        }
        let (name, digits) = try Self.split(rest)
        guard Self.isHost(name) else { throw .invalidHost(reason: "its host is neither a name nor an IP address") }
        guard let port = digits.map({ Self.port($0) }) ?? (isEncrypted ? 443 : 80) else {
            throw .invalidHost(reason: "its port is not a number from 1 to 65535")
        }
        self.name = name.lowercased()
        self.port = port
    }

    /// Whether the host is a loopback name or address, without a DNS lookup: `localhost`, 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return name == "localhost" || name == "[::1]" || (parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil })
    }
}

extension CloudHost: CustomStringConvertible {
    /// The address without a trailing slash and without the scheme's default port.
    public var description: String {
        let isDefaultPort = port == (isEncrypted ? 443 : 80)
        return (isEncrypted ? "https://" : "http://") + name + (isDefaultPort ? "" : ":\(port)")
    }
}

extension CloudHost {
    /// The server as in image names and `docker login`: `cloud.example`, `127.0.0.1:8080`.
    public var imageHost: String {
        let isDefaultPort = port == (isEncrypted ? 443 : 80)
        // Docker takes a first component without a dot and a port for a user on Docker Hub.
        return isDefaultPort && (name.contains(".") || name == "localhost") ? name : "\(name):\(port)"
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

extension UInt8 {
    var isAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    var isHexDigit: Bool { Character(UnicodeScalar(self)).isHexDigit }
}
