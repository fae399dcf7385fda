import Crypto
import FoundationEssentials

/// Encrypts short texts that others keep for us, with AES-256-GCM under a key of this deployment: they can neither read nor change them.
package struct LocationSealer: Sendable, Redacted {
    private let key: SymmetricKey

    package init(secret: DeploymentSecret) {
        key = secret.key(for: .uploadLocation)
    }

    /// - Parameter context: what the text belongs to; it opens with the same context only.
    /// - Returns: letters, digits, `-` and `_` (https://www.rfc-editor.org/rfc/rfc4648#section-5, without padding).
    package func seal(_ text: [UInt8], for context: [UInt8]) throws(SealingError) -> String {
        let sealed = try key.seal(text, binding: context)
        return String(decoding: Base64URL.encode(sealed), as: UTF8.self)
    }

    /// nil for anything else than what ``seal(_:for:)`` made for the same context.
    package func open(_ sealed: some StringProtocol, for context: [UInt8]) -> [UInt8]? {
        guard let bytes = Base64URL.decode(ArraySlice(sealed.utf8)) else { return nil }
        return try? key.open(bytes, binding: context)
    }
}
