package import Domain
import Naming

/// The parameters of a request's query.
package struct Query: Sendable {
    /// The values of each name, in order.
    private let parameters: [String: [String]]
    /// The parameters in order, with values that are still encoded.
    private let encoded: [(name: String, value: Substring)]
    /// Whether it is not valid percent-encoded UTF-8. It has no parameters then.
    private let isMalformed: Bool

    static let secretInURL = RequestError.invalid(
        "A URL must not contain credentials, because logs store URLs. Send them in the Authorization field. If this one is valid, revoke it."
    )

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
        guard text.utf8.allSatisfy(\.isPrintableASCII) else { throw Self.malformed }
        var parameters: [String: [String]] = [:]
        var encoded: [(name: String, value: Substring)] = []
        var isMalformed = false
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (name, value) = (Self.decode(parts[0]), Self.decode(parts.count == 2 ? parts[1] : ""))
            let decoded = "\(name ?? String(parts[0]))=\(value ?? String(parts[parts.count - 1]))"
            let isSecret = Self.secretNames.contains(name?.lowercased() ?? "") || APIKeySecret.isPresent(in: decoded.utf8)
            guard allowingSecrets || !isSecret else { throw Self.secretInURL }
            guard let name, let value else {
                isMalformed = true
                continue
            }
            parameters[name, default: []].append(value)
            encoded.append((name, Substring(parts.count == 2 ? parts[1] : "")))
        }
        self.isMalformed = isMalformed
        self.parameters = isMalformed ? [:] : parameters
        self.encoded = isMalformed ? [] : encoded
    }

    /// Parses a form, which may contain credentials (https://url.spec.whatwg.org/#concept-urlencoded-parser).
    package init(form body: [UInt8]) throws(RequestError) {
        guard let text = String(validating: body, as: UTF8.self) else { throw Self.malformed }
        try self.init(parsing: text, allowingSecrets: true)
        try refuseMalformed()
        try refuseRepetition()
    }

    package init(parsing text: some StringProtocol) throws(RequestError) {
        try self.init(ofTarget: text)
        try refuseMalformed()
    }

    /// The query of a request that is not authenticated yet. Only a secret in it is rejected at once: ``refuseMalformed()`` follows the
    /// authentication.
    init(ofTarget text: some StringProtocol) throws(RequestError) {
        try self.init(parsing: text, allowingSecrets: false)
    }

    /// Rejects a query whose encoding is not valid.
    package func refuseMalformed() throws(RequestError) {
        guard !isMalformed else { throw Self.malformed }
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
        throw .invalid("Unknown query parameter '\(unknown.prefix(64))': the parameters are \(known.sorted().joined(separator: ", "))")
    }

    /// The query with some parameters replaced or removed, sorted by name.
    package func text(setting changes: [String: String?]) -> String {
        Self.text(parameters.merging(changes.mapValues { $0.map { [$0] } ?? [] }) { $1 })
    }

    private static func text(_ parameters: [String: [String]]) -> String {
        parameters.sorted { $0.key < $1.key }
            .flatMap { name, values in values.map { "\(name.percentEncoded(keeping: "/:"))=\($0.percentEncoded(keeping: "/:"))" } }.joined(
                separator: "&")
    }

    /// Some of the parameters, in their order and with their values as they were sent: a server may read `+` as a space or as itself.
    /// Characters that are invalid in a URL (https://www.rfc-editor.org/rfc/rfc3986#section-3.4) are percent-encoded.
    package func text(of names: [String]) -> String {
        encoded.filter { names.contains($0.name) }
            .map { "\($0.name.percentEncoded())=\(String($0.value).percentEncoded(keeping: "%!$&'()*+,;=:@/?"))" }.joined(separator: "&")
    }

    /// Percent-decodes text (https://url.spec.whatwg.org/#urlencoded-parsing). Returns nil if the result is not UTF-8 or contains a NUL.
    private static func decode(_ text: some StringProtocol) -> String? {
        guard let bytes = String(text).replacing("+", with: " ").percentDecoded else { return nil }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
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
