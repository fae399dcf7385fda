import Crypto
package import Domain
import FoundationEssentials

/// Hashes API keys for storage: HMAC-SHA-256 of the whole key with a key of this deployment, 32 bytes.
///
/// A slow password hash would add nothing, as the input has 256 random bits. After the deployment's secret was replaced, hashes with the
/// keys of former secrets also match until they are replaced.
package struct APIKeyHasher: Sendable, Redacted {
    private let key: SymmetricKey
    private let formerKeys: [SymmetricKey]

    package init(secret: DeploymentSecret) {
        key = secret.key(for: .apiKeyHash)
        formerKeys = secret.formerHashKeys
    }

    package func hash(_ key: APIKeySecret) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Self.message(key), using: self.key))
    }

    /// Compares in constant time, with all keys. For an unknown key (`nil`), compares with a dummy hash, so that the response takes the
    /// same time.
    package func matches(_ key: APIKeySecret, hash: [UInt8]?) -> Bool {
        let stored = hash ?? Array(repeating: 0, count: SHA256.byteCount)
        let agrees = ([self.key] + formerKeys).map {
            HMAC<SHA256>.isValidAuthenticationCode(stored, authenticating: Self.message(key), using: $0)
        }
        return agrees.contains(true) && hash != nil
    }

    private static func message(_ key: APIKeySecret) -> [UInt8] { Array(key.revealed().utf8) }
}

/// Computes marks of logins, so that equal logins at a registry are found without opening credentials: HMAC-SHA-256 of the registry and the
/// credential with a key of this deployment, 16 bytes.
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

/// Authenticates rows of the database: HMAC-SHA-256 with a key of this deployment, 32 bytes.
package struct RowSigner: Sendable, Redacted {
    private let key: SymmetricKey

    package init(secret: DeploymentSecret) {
        key = secret.key(for: .rowAuthentication)
    }

    package func code(of row: [UInt8]) -> [UInt8] { Array(HMAC<SHA256>.authenticationCode(for: row, using: key)) }

    /// Compares in constant time.
    package func isValid(_ code: [UInt8], of row: [UInt8]) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: row, using: key)
    }
}
