import Crypto
import Domain
import Naming

/// Signs the events of a webhook with HMAC-SHA-256 (https://www.rfc-editor.org/rfc/rfc2104). The timestamp is signed with the body, so
/// that a receiver can refuse a repeated request.
struct WebhookSignature: Sendable {
    private let key: SymmetricKey

    init(secret: Secret) {
        key = SymmetricKey(data: Array(secret.revealed().utf8))
    }

    /// The value of the field, `sha256=` and hexadecimal digits.
    ///
    /// - Parameter timestamp: in seconds since 1970.
    func text(of body: [UInt8], at timestamp: Int) -> String {
        "sha256=" + HMAC<SHA256>.authenticationCode(for: Array("\(timestamp).".utf8) + body, using: key).hexadecimal
    }
}
