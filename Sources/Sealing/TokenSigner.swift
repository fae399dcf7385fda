import Crypto
import FoundationEssentials

/// Signs short texts that others keep for us, with HMAC-SHA-256 under a key of this deployment, and knows them again.
///
/// What it makes is a JSON Web Signature in compact form (https://www.rfc-editor.org/rfc/rfc7515#section-7.1) whose header is
/// always the same. The header is compared and not interpreted, so there is no algorithm to be talked into.
package struct TokenSigner: Sendable, Redacted {
    private let key: SymmetricKey

    private static let header = Base64URL.encode(#"{"alg":"HS256","typ":"JWT"}"#.utf8)

    package init(secret: DeploymentSecret) {
        key = secret.key(for: .gatewayToken)
    }

    package func sign(_ payload: [UInt8]) -> String {
        let signed = Self.header + [UInt8(ascii: ".")] + Base64URL.encode(payload)
        let code = Base64URL.encode(HMAC<SHA256>.authenticationCode(for: signed, using: key))
        return String(decoding: signed + [UInt8(ascii: ".")] + code, as: UTF8.self)
    }

    /// The payload of what ``sign(_:)`` made; nil for anything else.
    package func payload(of text: some StringProtocol) -> [UInt8]? {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(Self.header), let code = Base64URL.decode(parts[2]),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes[..<parts[1].endIndex], using: key)
        else { return nil }
        return Base64URL.decode(parts[1])
    }
}
