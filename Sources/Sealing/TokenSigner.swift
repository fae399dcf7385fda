import Crypto
import FoundationEssentials

/// Signs tokens with HMAC-SHA-256 and a key of this deployment, and verifies them.
///
/// A token is a JSON Web Signature in compact form (https://www.rfc-editor.org/rfc/rfc7515#section-7.1) with a constant header. The header
/// is compared, not interpreted, which prevents algorithm confusion.
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

    /// The payload of a token from ``sign(_:)``; nil for anything else.
    package func payload(of text: some StringProtocol) -> [UInt8]? {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(Self.header), let code = Base64URL.decode(parts[2]),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes[..<parts[1].endIndex], using: key)
        else { return nil }
        return Base64URL.decode(parts[1])
    }
}

/// Encrypts upload locations with AES-256-GCM and a key of this deployment, so that clients can neither read nor change them.
package struct LocationSealer: Sendable, Redacted {
    private let key: SymmetricKey

    package init(secret: DeploymentSecret) {
        key = secret.key(for: .uploadLocation)
    }

    /// - Parameter context: the associated data; the text opens only with the same context.
    /// - Returns: letters, digits, `-` and `_` (https://www.rfc-editor.org/rfc/rfc4648#section-5, without padding).
    package func seal(_ text: [UInt8], for context: [UInt8]) throws(SealingError) -> String {
        let sealed = try key.seal(text, binding: context)
        return String(decoding: Base64URL.encode(sealed), as: UTF8.self)
    }

    /// The text from ``seal(_:for:)`` with the same context; nil for anything else.
    package func open(_ sealed: some StringProtocol, for context: [UInt8]) -> [UInt8]? {
        guard let bytes = Base64URL.decode(ArraySlice(sealed.utf8)) else { return nil }
        return try? key.open(bytes, binding: context)
    }
}

/// Base64url without padding (https://www.rfc-editor.org/rfc/rfc4648#section-5).
enum Base64URL {
    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        Data(bytes).base64EncodedData().filter { $0 != UInt8(ascii: "=") }.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
    }

    /// Decodes canonical Base64url; nil for anything else.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let base64 = text.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        let padding = repeatElement(UInt8(ascii: "="), count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: Data(base64 + padding)), encode(data).elementsEqual(text) else { return nil }
        return Array(data)
    }
}
