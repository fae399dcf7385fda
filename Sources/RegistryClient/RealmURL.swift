import Naming

/// The URL of a token realm, taken apart byte by byte before any URL type sees it: what is checked is what is connected to.
struct RealmURL: Hashable, Sendable {
    let isTLS: Bool
    /// Without the port that the scheme implies.
    let authority: RegistryAuthority
    let path: String
    /// The realm's own query, which goes with every request and says nothing of where they go.
    let query: String?

    static let maximumLength = 1024

    init(parsing text: String) throws(RealmError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumLength else { throw .unusable("it is too long") }
        let (isTLS, rest) = try Self.scheme(bytes)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let target = rest[end...].split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        let path = target.first.map(Array.init) ?? []
        let query = target.count == 2 ? Array(target[1]) : nil
        guard Self.isMade(path, of: Self.pathCharacters), Self.isMade(query ?? [], of: Self.queryCharacters) else {
            throw .unusable("it has a character that is not taken in one")
        }
        self.isTLS = isTLS
        self.authority = try Self.authority(rest[..<end], isTLS: isTLS)
        self.path = path.isEmpty ? "/" : String(decoding: path, as: UTF8.self)
        self.query = query.map { String(decoding: $0, as: UTF8.self) }
    }

    /// What two spellings of one realm have in common, and what is pinned: scheme, host, port and path. The query is left out.
    var canonical: String { "\(isTLS ? "https" : "http")://\(authority.apiAuthority)\(path)" }
}

extension RealmURL {
    private static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    /// Fewer than https://www.rfc-editor.org/rfc/rfc3986#section-3.3 has: a refusal prints the URL in a command, for people to
    /// paste into a shell, and a registry must not get to write `;` or `$(…)` there.
    private static let pathCharacters = Set("\(alphanumerics)-._~/%:@+,=".utf8)
    private static let queryCharacters = pathCharacters.union("?!$&'()*;".utf8)

    private static func scheme(_ bytes: [UInt8]) throws(RealmError) -> (isTLS: Bool, rest: ArraySlice<UInt8>) {
        for (scheme, isTLS) in [("https://", true), ("http://", false)] {
            let count = scheme.utf8.count
            // ASCII letters only: the same fold would take other bytes for the colon and the slashes.
            let begins = zip(bytes, scheme.utf8).allSatisfy { $0 == $1 || (isLetter($1) && $0 | 0x20 == $1) }
            if bytes.count > count, begins { return (isTLS, bytes[count...]) }
        }
        throw .unusable("it is not an https URL")
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func authority(_ bytes: ArraySlice<UInt8>, isTLS: Bool) throws(RealmError) -> RegistryAuthority {
        guard !bytes.contains(UInt8(ascii: "@")) else { throw .unusable("it names a user") }
        guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .unusable("its host is not ASCII") }
        let written = String(decoding: bytes, as: UTF8.self).lowercased()
        let implied = isTLS ? ":443" : ":80"
        let text = written.hasSuffix(implied) ? String(written.dropLast(implied.count)) : written
        // Both, for what is left of `host:443:443` would be valid.
        guard (try? RegistryAuthority(parsing: written)) != nil, let authority = try? RegistryAuthority(parsing: text) else {
            throw .unusable("its host or port is not valid")
        }
        // Names of Docker Hub fold into one that is asked elsewhere than they say.
        guard authority.apiAuthority == text else { throw .unusable("its host is not where tokens are made") }
        return authority
    }

    private static func isMade(_ bytes: [UInt8], of characters: Set<UInt8>) -> Bool {
        bytes.allSatisfy(characters.contains)
            && bytes.indices.allSatisfy { bytes[$0] != UInt8(ascii: "%") || isHexadecimal(bytes[($0 + 1)...].prefix(2)) }
    }

    private static func isHexadecimal(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.count == 2 && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    }
}
