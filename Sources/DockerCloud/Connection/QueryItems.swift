/// The conditions of a call, as they stand behind its path.
struct QueryItems: Sendable {
    private var items: [(name: String, value: String)] = []

    /// A condition without a value is left out.
    mutating func add(_ name: String, _ value: (some CustomStringConvertible)?) {
        if let value { items.append((name, value.description)) }
    }

    /// Empty, or a question mark and the conditions, all but the unreserved characters percent-encoded (RFC 3986, section 2.3).
    var text: String {
        items.isEmpty ? "" : "?" + items.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    private static func encoded(_ value: String) -> String {
        value.utf8.map { byte in
            if byte.isUnreserved { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return byte < 0x10 ? "%0\(digits)" : "%\(digits)"
        }.joined()
    }
}
