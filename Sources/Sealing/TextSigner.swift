import Crypto
import FoundationEssentials

/// Signs short texts that others keep for us, with HMAC-SHA-256 under a key of this deployment, and knows them again.
///
/// What it makes is a JSON Web Signature in compact form (https://www.rfc-editor.org/rfc/rfc7515#section-7.1) whose header is
/// always the same. The header is compared and not interpreted, so there is no algorithm to be talked into.
package struct TextSigner: Sendable, Silent {
    private let key: SymmetricKey

    private static let header = base64URL(#"{"alg":"HS256","typ":"JWT"}"#.utf8)

    package enum Purpose: Sendable { case gatewayToken, uploadLocation }

    package init(secret: DeploymentSecret, purpose: Purpose) {
        key =
            switch purpose {
            case .gatewayToken: secret.key(for: .gatewayToken)
            case .uploadLocation: secret.key(for: .uploadLocation)
            }
    }

    package func sign(_ payload: [UInt8]) -> String {
        let signed = Self.header + [UInt8(ascii: ".")] + Self.base64URL(payload)
        let code = Self.base64URL(HMAC<SHA256>.authenticationCode(for: signed, using: key))
        return String(decoding: signed + [UInt8(ascii: ".")] + code, as: UTF8.self)
    }

    /// The payload of what ``sign(_:)`` made; nil for anything else.
    package func payload(of text: some StringProtocol) -> [UInt8]? {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(Self.header), let code = Self.bytes(base64URL: parts[2]),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes[..<parts[1].endIndex], using: key)
        else { return nil }
        return Self.bytes(base64URL: parts[1])
    }

    /// In the alphabet of URLs, without padding (https://www.rfc-editor.org/rfc/rfc4648#section-5).
    private static func base64URL(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        Data(bytes).base64EncodedData().filter { $0 != UInt8(ascii: "=") }.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
    }

    /// What is so written in the one way that there is.
    private static func bytes(base64URL text: ArraySlice<UInt8>) -> [UInt8]? {
        let base64 = text.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        let padding = repeatElement(UInt8(ascii: "="), count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: Data(base64 + padding)), base64URL(data).elementsEqual(text) else { return nil }
        return Array(data)
    }
}
