import Crypto
package import Domain
import FoundationEssentials

/// Turns API keys into what is stored of them: HMAC-SHA-256 of the whole key under a key of this deployment, 32 bytes.
///
/// A slow password hash would add nothing: the input carries 256 random bits. After the deployment's secret was replaced, hashes under the keys of former
/// secrets match as well, until they are replaced.
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

    /// Compares in constant time, with all keys. A key that nobody has (`nil`) is compared as well, with a hash that counts for nothing,
    /// so that the answer takes as long.
    package func matches(_ key: APIKeySecret, hash: [UInt8]?) -> Bool {
        let stored = hash ?? Array(repeating: 0, count: SHA256.byteCount)
        let agrees = ([self.key] + formerKeys).map {
            HMAC<SHA256>.isValidAuthenticationCode(stored, authenticating: Self.message(key), using: $0)
        }
        return agrees.contains(true) && hash != nil
    }

    private static func message(_ key: APIKeySecret) -> [UInt8] { Array(key.revealed().utf8) }
}
