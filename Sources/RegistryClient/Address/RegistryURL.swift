package import Naming

/// An http or https URL that a registry or a token realm named, in normalized form: the result of resolving a reference
/// (https://www.rfc-editor.org/rfc/rfc3986#section-5.2). The client connects to this host and port, and the text is not parsed again.
package struct RegistryURL: Hashable, Sendable {
    package let isTLS: Bool
    /// Host and port, without the default port of the scheme.
    package let authority: RegistryAuthority
    /// Begins with a slash; dot segments are removed.
    package let path: String
    /// nil if there is none.
    package let query: String?

    /// In bytes.
    static let maximumLength = 8192

    init(isTLS: Bool, authority: RegistryAuthority, path: String, query: String?) {
        self.isTLS = isTLS
        self.authority = authority
        self.path = path
        self.query = query
    }

    /// Resolves a reference, absolute or relative to the URL of the request whose response named it.
    ///
    /// - Parameter base: nil if the reference must be absolute.
    package init(resolving text: String, against base: RegistryURL? = nil) throws(RegistryURLError) {
        let reference = try URLReference(parsing: text)
        guard let isTLS = reference.isTLS ?? base?.isTLS else { throw RegistryURLError("it is not an http or https URL") }
        self.isTLS = isTLS
        if let named = reference.authority {
            authority = try Self.authority(named, isTLS: isTLS)
            path = Self.normalized(reference.path)
            query = reference.query
            return
        }
        guard reference.isTLS == nil, let base else { throw RegistryURLError("it names no host") }
        authority = base.authority
        path = reference.path.isEmpty ? base.path : Self.normalized(Self.merged(reference.path, with: base.path))
        query = reference.path.isEmpty ? reference.query ?? base.query : reference.query
    }

    /// Resolves the path and query of a link and ignores its host: registries write wrong hosts into links, and characters that are invalid
    /// in URLs.
    init(resolvingTargetOf link: String, against base: RegistryURL) throws(RegistryURLError) {
        var rest = Substring(link)
        let first = rest.prefix { !"/?#".contains($0) }
        if first.hasSuffix(":"), rest[first.endIndex...].hasPrefix("//") { rest = rest[first.endIndex...] }
        if rest.hasPrefix("//") { rest = rest.dropFirst(2).drop { !"/?#".contains($0) } }
        // Two slashes would start an authority.
        if rest.hasPrefix("/") { rest = "/" + rest.drop { $0 == "/" } }
        try self.init(resolving: Self.escaped(rest, where: Self.isInvalid), against: base)
    }

    /// Resolves a `Location`. Registries write spaces and non-ASCII characters there.
    init(resolvingLocation text: String, against base: RegistryURL) throws(RegistryURLError) {
        try self.init(resolving: Self.escaped(text[...]) { $0 == 0x20 || $0 >= 0x80 }, against: base)
    }

    /// Whether a byte is invalid in URLs.
    private static func isInvalid(_ byte: UInt8) -> Bool { byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\\") }

    /// The text with some bytes percent-encoded (https://www.rfc-editor.org/rfc/rfc3986#section-2.1).
    private static func escaped(_ text: Substring, where isEscaped: (UInt8) -> Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = text.utf8.flatMap { byte in
            isEscaped(byte) ? [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] : [byte]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Path and query.
    package var target: String { query.map { "\(path)?\($0)" } ?? path }

    package var port: Int { authority.port ?? (isTLS ? 443 : 80) }
}

extension RegistryURL: CustomStringConvertible {
    package var description: String { "\(isTLS ? "https" : "http")://\(authority.apiAuthority)\(target)" }
}

/// The reason why a text is not an acceptable URL.
package struct RegistryURLError: Error, Hashable, Sendable {
    /// A clause for users, which repeats no part of the text.
    package let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

extension RegistryURL {
    private static func authority(_ text: String, isTLS: Bool) throws(RegistryURLError) -> RegistryAuthority {
        guard !text.utf8.contains(UInt8(ascii: "@")) else { throw RegistryURLError("it contains a user name") }
        let written = text.lowercased()
        let defaultPort = isTLS ? ":443" : ":80"
        let short = written.hasSuffix(defaultPort) ? String(written.dropLast(defaultPort.count)) : written
        // Both are checked, because `host:443:443` without its last part would be valid.
        guard (try? RegistryAuthority(parsing: written)) != nil, let authority = try? RegistryAuthority(parsing: short) else {
            throw RegistryURLError("its host or port is not valid")
        }
        // Docker Hub's aliases are normalized to one name, whose API is on another host.
        guard authority.apiAuthority == short else { throw RegistryURLError("its host does not serve the registry API") }
        return authority
    }

    /// https://www.rfc-editor.org/rfc/rfc3986#section-5.2.3
    private static func merged(_ path: String, with base: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        return base.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(base[...$0]) + path } ?? "/" + path
    }

    /// Removes dot segments (https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4).
    private static func normalized(_ path: String) -> String {
        let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst().map {
            String(Substring($0))
        }
        var kept: [String] = []
        for segment in segments {
            switch segment {
            case ".": continue
            case "..": if !kept.isEmpty { kept.removeLast() }
            default: kept.append(segment)
            }
        }
        if let last = segments.last, last == "." || last == ".." { kept.append("") }
        return "/" + kept.joined(separator: "/")
    }
}

/// The components of a reference (https://www.rfc-editor.org/rfc/rfc3986#appendix-B). The fragment is dropped.
private struct URLReference {
    /// nil for a reference without a scheme.
    let isTLS: Bool?
    let authority: String?
    let path: String
    let query: String?

    init(parsing text: String) throws(RegistryURLError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= RegistryURL.maximumLength else { throw RegistryURLError("it is too long") }
        guard bytes.allSatisfy({ $0.isPrintableASCII && $0 != UInt8(ascii: "\\") }) else {
            throw RegistryURLError("it has a character that no URL contains")
        }
        var rest = bytes.prefix { $0 != UInt8(ascii: "#") }
        isTLS = try Self.scheme(&rest)
        authority = Self.authority(&rest)
        guard isTLS == nil || authority != nil else { throw RegistryURLError("it names no host") }
        path = Self.encoded(rest.prefix { $0 != UInt8(ascii: "?") })
        query = rest.firstIndex(of: UInt8(ascii: "?")).map { [rest] in Self.encoded(rest[($0 + 1)...]) }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The path or query with each character percent-encoded that it must not contain
    /// (https://www.rfc-editor.org/rfc/rfc3986#section-3.3), and with its escapes as they are. The library that sends the request would
    /// otherwise encode the escapes as well, and a signature in the query would become invalid.
    private static func encoded(_ bytes: ArraySlice<UInt8>) -> String { text(bytes).percentEncodedOnce(keeping: "!$&'()*+,;=:@/?") }

    private static func scheme(_ rest: inout ArraySlice<UInt8>) throws(RegistryURLError) -> Bool? {
        let first = rest.prefix { !"/?".utf8.contains($0) }
        guard let colon = first.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = text(first[..<colon]).lowercased()
        guard name == "https" || name == "http" else { throw RegistryURLError("it is not an http or https URL") }
        rest = rest[(colon + 1)...]
        return name == "https"
    }

    private static func authority(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard rest.starts(with: "//".utf8) else { return nil }
        let name = rest.dropFirst(2).prefix { !"/?".utf8.contains($0) }
        rest = rest[name.endIndex...]
        return text(name)
    }
}
