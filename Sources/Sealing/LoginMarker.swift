import Crypto

/// Marks logins, so that equal ones of a registry are found without being opened: HMAC-SHA-256 of the registry and the credential under a key of
/// this deployment, 16 bytes.
package struct LoginMarker: Sendable, Redacted {
    private let key: SymmetricKey

    package init(secret: DeploymentSecret) {
        key = secret.key(for: .loginMark)
    }

    package func mark(_ credential: [UInt8], at registry: String) -> [UInt8] {
        let registry = Array(registry.utf8)
        let length = withUnsafeBytes(of: UInt32(registry.count).bigEndian, Array.init)
        return Array(HMAC<SHA256>.authenticationCode(for: length + registry + credential, using: key).prefix(16))
    }
}
