package import Domain
import FoundationEssentials

/// The parsed value of an `Authorization` field. It may hold an API key or not.
package enum AuthorizationValue: Hashable, Sendable {
    /// https://www.rfc-editor.org/rfc/rfc7617
    case basic(user: String, password: Secret)
    /// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    case bearer(Secret)

    /// Parses a value. Returns nil for another scheme, or for malformed credentials.
    package init?(parsing text: some StringProtocol) {
        // Splits bytes: a combining accent after a space or a colon would merge with it into one character, and the split would miss
        // it.
        let parts = Array(text.utf8).split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let value = String(decoding: parts[1], as: UTF8.self)
        switch String(decoding: parts[0], as: UTF8.self).lowercased() {
        case "basic": self.init(basic: value)
        case "bearer": self = .bearer(Secret(value))
        default: return nil
        }
    }

    /// The user name ends at the first colon.
    private init?(basic encoded: String) {
        // Foundation accepts surplus padding. Only text that re-encodes to itself is valid base64.
        guard let pair = Data(base64Encoded: encoded), pair.base64EncodedString() == encoded else { return nil }
        let parts = pair.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = String(validating: parts[0], as: UTF8.self),
            let password = String(validating: parts[1], as: UTF8.self)
        else { return nil }
        self = .basic(user: user, password: Secret(password))
    }
}
