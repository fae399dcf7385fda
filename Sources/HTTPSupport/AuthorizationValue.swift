package import Domain
import FoundationEssentials

/// What the value of an `Authorization` field says, before anybody has looked whether there is a key in it.
package enum AuthorizationValue: Hashable, Sendable {
    /// https://www.rfc-editor.org/rfc/rfc7617
    case basic(user: String, password: Secret)
    /// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    case bearer(Secret)

    /// Reads a value; nil where the scheme is another one, or what follows it is not what the scheme wants.
    package init?(parsing text: some StringProtocol) {
        // On bytes, as an accent after a space or a colon would make one character of the two, which is not split at.
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
        // Foundation reads over surplus padding: only what it writes again is base64.
        guard let pair = Data(base64Encoded: encoded), pair.base64EncodedString() == encoded else { return nil }
        let parts = pair.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = String(validating: parts[0], as: UTF8.self),
            let password = String(validating: parts[1], as: UTF8.self)
        else { return nil }
        self = .basic(user: user, password: Secret(password))
    }
}
