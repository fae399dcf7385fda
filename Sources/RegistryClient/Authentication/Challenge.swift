import Naming

/// A challenge of a `WWW-Authenticate` field (https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1).
package struct Challenge: Hashable, Sendable {
    /// In lower case: `basic`, `bearer`.
    package let scheme: String
    /// Keyed by the name, in lower case.
    package let parameters: [String: String]

    package init(scheme: String, parameters: [String: String] = [:]) {
        self.scheme = scheme
        self.parameters = parameters
    }

    /// All challenges of all fields. A field may hold several; commas separate challenges and also the parameters of one. The rest of a
    /// field that cannot be parsed is ignored.
    package static func parse(_ fields: [String]) -> [Challenge] {
        fields.flatMap { field in
            var parser = ChallengeParser(field)
            return parser.challenges()
        }
    }
}

private struct ChallengeParser {
    private var rest: Substring.UTF8View

    init(_ field: String) {
        rest = Substring(field).utf8
    }

    mutating func challenges() -> [Challenge] {
        var found: [Challenge] = []
        skip(" ,\t")
        while let scheme = token() {
            found.append(Challenge(scheme: scheme.lowercased(), parameters: parameters()))
            skip(" ,\t")
        }
        return found
    }

    /// Reads parameters of the form `name=value`. A token without `=` is the scheme of the next challenge.
    private mutating func parameters() -> [String: String] {
        var parameters: [String: String] = [:]
        skipToken68()
        skip(" ,\t")
        while true {
            let before = rest
            guard let name = token(), takeEqualsSign() else {
                rest = before
                return parameters
            }
            guard let value = quotedString() ?? token() else {
                rest = rest[rest.endIndex...]
                return parameters
            }
            parameters[name.lowercased()] = value
            skip(" ,\t")
        }
    }

    /// Skips a token68, which some schemes use instead of parameters (https://www.rfc-editor.org/rfc/rfc9110#section-11.2). This client
    /// needs none.
    private mutating func skipToken68() {
        let before = rest
        skip(" \t")
        let text = rest.prefix { Self.isTokenByte($0) || $0 == UInt8(ascii: "/") }
        rest = rest[text.endIndex...]
        skip("=")
        skip(" \t")
        if let next = rest.first, next != UInt8(ascii: ",") { rest = before }
    }

    /// Recipients must accept white space around the sign, although senders must not write it
    /// (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3).
    private mutating func takeEqualsSign() -> Bool {
        skip(" \t")
        guard take("=") else { return false }
        skip(" \t")
        return true
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte.isPrintableASCII && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
    }

    private mutating func token() -> String? {
        let token = rest.prefix(while: Self.isTokenByte)
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : String(token)
    }

    private mutating func quotedString() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): if let escaped = rest.popFirst() { text.append(escaped) }
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skip(_ characters: StaticString) {
        let skipped = rest.prefix { byte in characters.withUTF8Buffer { $0.contains(byte) } }
        rest = rest[skipped.endIndex...]
    }
}
