import Crypto

/// Authenticates rows of the database: HMAC-SHA-256 under a key of this deployment, 32 bytes.
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
