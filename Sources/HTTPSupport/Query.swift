package import Domain

/// The parameters of a request's query.
package struct Query: Sendable {
    /// The values of each name, in order.
    private let parameters: [String: [String]]

    static let secretInURL = RequestError.invalid(
        "Credentials do not belong in a URL, where logs keep them: send them as Authorization. If this one is real, revoke it")

    private static let malformed = RequestError.invalid("The query is not valid percent-encoded UTF-8")

    /// The only parameter that may be repeated or have several values, separated by spaces
    /// (https://distribution.github.io/distribution/spec/auth/token/).
    private static let list = "scope"

    /// Parameter names that clients of other products use for credentials.
    private static let secretNames: Set<String> = [
        "access_token", "api_key", "apikey", "auth", "authorization", "key", "passwd", "password", "secret", "token", "username",
    ]

    private init(parsing text: some StringProtocol, allowingSecrets: Bool) throws(RequestError) {
        // A combining accent after a delimiter would merge with it into one character, and the split would miss it.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw Self.malformed }
        var parameters: [String: [String]] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(parts[0])
            let value = try Self.decode(parts.count == 2 ? parts[1] : "")
            let isSecret = Self.secretNames.contains(name.lowercased()) || APIKeySecret.isPresent(in: "\(name)=\(value)".utf8)
            guard allowingSecrets || !isSecret else {
                throw Self.secretInURL
            }
            parameters[name, default: []].append(value)
        }
        self.parameters = parameters
    }

    /// Parses a form, which may contain credentials (https://url.spec.whatwg.org/#concept-urlencoded-parser).
    package init(form body: [UInt8]) throws(RequestError) {
        guard let text = String(validating: body, as: UTF8.self) else { throw Self.malformed }
        try self.init(parsing: text, allowingSecrets: true)
        try refuseRepetition()
    }

    package init(parsing text: some StringProtocol) throws(RequestError) {
        try self.init(parsing: text, allowingSecrets: false)
    }

    /// The first value of a parameter, or all values of `scope`. An empty value counts as absent.
    package subscript(name: String) -> String? {
        let value = name == Self.list ? parameters[name]?.joined(separator: " ") : parameters[name]?.first
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// All values of a parameter.
    package func all(_ name: String) -> [String] { parameters[name] ?? [] }

    /// Rejects repeated parameters: implementations differ in which of the values they use.
    package func refuseRepetition() throws(RequestError) {
        guard let name = parameters.filter({ $0.key != Self.list && $0.value.count > 1 }).keys.min() else { return }
        throw .invalid("The query parameter '\(name.prefix(64))' is given twice")
    }

    /// Rejects unknown parameters by name. If a misspelled filter were ignored, the list would contain items that it should exclude.
    package func allow(_ known: [String]) throws(RequestError) {
        guard let unknown = parameters.keys.filter({ !known.contains($0) }).min() else { return }
        throw .invalid("Unknown query parameter '\(unknown.prefix(64))': there are \(known.sorted().joined(separator: ", "))")
    }

    /// The query with some parameters replaced or removed, sorted by name.
    package func text(setting changes: [String: String?]) -> String {
        Self.text(parameters.merging(changes.mapValues { $0.map { [$0] } ?? [] }) { $1 })
    }

    private static func text(_ parameters: [String: [String]]) -> String {
        parameters.sorted { $0.key < $1.key }
            .flatMap { name, values in values.map { "\(encode(name))=\(encode($0))" } }.joined(separator: "&")
    }

    /// Some of the parameters, sorted by name.
    package func text(of names: [String]) -> String {
        Self.text(parameters.filter { names.contains($0.key) })
    }

    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let isUnreserved = byte < 0x80 && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber)
            guard !isUnreserved, !"-._~/:".utf8.contains(byte) else { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Percent-decodes text (https://url.spec.whatwg.org/#urlencoded-parsing). Throws if the result is not UTF-8 or contains a NUL.
    private static func decode(_ text: some StringProtocol) throws(RequestError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else { throw malformed }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw malformed }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}

extension Query {
    /// Reads `limit` and `offset`, or their defaults.
    package func page() throws(RequestError) -> Page {
        let limit = try number("limit") ?? Page.defaultLimit
        guard let page = Page(limit: limit, offset: try number("offset") ?? 0) else {
            throw .invalid("limit and offset must not be negative")
        }
        return page
    }

    package func flag(_ name: String) throws(RequestError) -> Bool? {
        switch self[name]?.lowercased() {
        case nil: return nil
        case "true"?, "1"?, "yes"?: return true
        case "false"?, "0"?, "no"?: return false
        default: throw .invalid("The query parameter '\(name)' must be true or false")
        }
    }

    private func number(_ name: String) throws(RequestError) -> Int? {
        guard let text = parameters[name]?.first else { return nil }
        guard text.utf8.count <= 12, let number = Int(text) else { throw .invalid("\(name) must be a whole number") }
        return number
    }
}
