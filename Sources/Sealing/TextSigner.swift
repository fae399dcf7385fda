import Crypto
import FoundationEssentials

/// Signs short texts that others keep for us, with HMAC-SHA-256 under a key of this deployment, and knows them again.
///
/// What it makes is a JSON Web Signature in compact form (https://www.rfc-editor.org/rfc/rfc7515#section-7.1) whose header is
/// always the same. The header is compared and not interpreted, so there is no algorithm to be talked into.
package struct TextSigner: Sendable, Silent {
    private let key: SymmetricKey

    private static let header = base64URL(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))

    package enum Purpose: Sendable { case gatewayToken, uploadLocation }

    package init(secret: DeploymentSecret, purpose: Purpose) {
        key =
            switch purpose {
            case .gatewayToken: secret.key(for: .gatewayToken)
            case .uploadLocation: secret.key(for: .uploadLocation)
            }
    }

    package func sign(_ payload: [UInt8]) -> String {
        let signed = "\(Self.header).\(Self.base64URL(payload))"
        return "\(signed).\(Self.base64URL(Array(HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key))))"
    }

    /// The payload of what ``sign(_:)`` made; nil for anything else.
    package func payload(of text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Self.header, let code = Self.bytes(base64URL: parts[2]),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Array("\(parts[0]).\(parts[1])".utf8), using: key)
        else { return nil }
        return Self.bytes(base64URL: parts[1])
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// In its one spelling, without padding (https://www.rfc-editor.org/rfc/rfc4648#section-5).
    private static func bytes(base64URL text: some StringProtocol) -> [UInt8]? {
        let base64 = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64 + padding), base64URL(Array(data)) == text else { return nil }
        return Array(data)
    }
}
