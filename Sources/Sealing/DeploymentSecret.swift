import Crypto
package import FoundationEssentials
import Naming

/// The 32 random bytes from which a deployment's keys are derived, one for each purpose.
///
/// It is sealed and rewrapped like a credential, so retiring a key-encryption key does not invalidate the derived keys. Its bytes leave
/// this type only sealed. The sealed bytes are one of:
///
/// | bytes                                        | of                                                             |
/// |----------------------------------------------|----------------------------------------------------------------|
/// | secret (32)                                  | versions that did not sign rows                                |
/// | 2 (1), secret (32), hash keys (32 each)      | a deployment whose rows are signed; hash keys of former secrets |
package struct DeploymentSecret: Sendable, Redacted {
    /// The raw values enter the key derivation. They must be distinct and must never change.
    enum Purpose: String {
        case apiKeyHash = "lighterman/deployment/api-key-hash/1"
        case gatewayToken = "lighterman/deployment/gateway-token/1"
        case uploadLocation = "lighterman/deployment/upload-location/2"
        case loginMark = "lighterman/deployment/login-mark/1"
        case rowAuthentication = "lighterman/deployment/row-authentication/1"
        case fingerprint = "lighterman/deployment/fingerprint/1"
    }

    private static let signedFormat: UInt8 = 2

    private let key: SymmetricKey
    /// Whether the rows of the database were signed. If so, the server did not write a row without a code.
    package let hasSignedRows: Bool
    /// The API key hash keys of former secrets, newest first.
    let formerHashKeys: [SymmetricKey]

    private init(key: SymmetricKey, hasSignedRows: Bool, formerHashKeys: [SymmetricKey] = []) {
        self.key = key
        self.hasSignedRows = hasSignedRows
        self.formerHashKeys = formerHashKeys
    }

    package static func generate() -> DeploymentSecret { DeploymentSecret(key: .random(), hasSignedRows: true) }

    /// The same secret, for a deployment whose rows are signed.
    package func withSignedRows() -> DeploymentSecret {
        DeploymentSecret(key: key, hasSignedRows: true, formerHashKeys: formerHashKeys)
    }

    /// A new secret, which retains the API key hash keys of this and former secrets.
    package func replaced() -> DeploymentSecret {
        DeploymentSecret(key: .random(), hasSignedRows: true, formerHashKeys: [key(for: .apiKeyHash)] + formerHashKeys)
    }

    /// Opens an envelope from ``sealed(by:row:version:)``.
    package init(opening envelope: Envelope, with sealer: Sealer, row: UUID, version: Int) throws(SealingError) {
        let bytes = try sealer.open(envelope, for: .deploymentSecret(row: row, version: version))
        let length = SymmetricKey.length
        if bytes.count == length {
            self.init(key: SymmetricKey(data: bytes), hasSignedRows: false)
        } else {
            guard bytes.count > length, bytes.count % length == 1, bytes.first == Self.signedFormat else { throw .notADeploymentSecret }
            let keys = stride(from: 1, to: bytes.count, by: length).map { SymmetricKey(data: bytes[$0..<$0 + length]) }
            self.init(key: keys[0], hasSignedRows: true, formerHashKeys: Array(keys.dropFirst()))
        }
    }

    package func sealed(by sealer: Sealer, row: UUID, version: Int) throws(SealingError) -> Envelope {
        let bytes = hasSignedRows ? [Self.signedFormat] + ([key] + formerHashKeys).flatMap(\.bytes) : key.bytes
        return try sealer.seal(bytes, for: .deploymentSecret(row: row, version: version))
    }

    /// Distinguishes this secret from others and is not secret: 16 hexadecimal digits.
    package var fingerprint: String {
        key(for: .fingerprint).bytes.prefix(8).hexadecimal
    }

    func key(for purpose: Purpose) -> SymmetricKey { key.derived(for: purpose.rawValue) }
}
