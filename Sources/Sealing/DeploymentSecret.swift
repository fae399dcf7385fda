import Crypto
package import FoundationEssentials

/// The 32 random bytes from which a deployment's own keys are derived, one for each purpose.
///
/// It is sealed and re-wrapped like any credential, so retiring a key-encryption key invalidates nothing that was made with it.
/// Its bytes leave this type only sealed. What is sealed is one of:
///
/// | bytes                                        | of                                                             |
/// |----------------------------------------------|----------------------------------------------------------------|
/// | secret (32)                                  | versions that did not sign rows                                |
/// | 2 (1), secret (32), hash keys (32 each)      | a deployment whose rows are signed; hash keys of former secrets |
package struct DeploymentSecret: Sendable, Redacted {
    /// The raw values enter the derivation: no two may be equal, none may ever change.
    enum Purpose: String {
        case apiKeyHash = "lighterman/deployment/api-key-hash/1"
        case gatewayToken = "lighterman/deployment/gateway-token/1"
        case uploadLocation = "lighterman/deployment/upload-location/2"
        case loginMark = "lighterman/deployment/login-mark/1"
        case rowAuthentication = "lighterman/deployment/row-authentication/1"
    }

    private static let signedFormat: UInt8 = 2

    private let key: SymmetricKey
    /// Whether the rows of the database were signed: then one without a code is not of the server.
    package let hasSignedRows: Bool
    /// The keys that former secrets hashed API keys with, the newest first.
    let formerHashKeys: [SymmetricKey]

    private init(key: SymmetricKey, hasSignedRows: Bool, formerHashKeys: [SymmetricKey] = []) {
        self.key = key
        self.hasSignedRows = hasSignedRows
        self.formerHashKeys = formerHashKeys
    }

    package static func generate() -> DeploymentSecret { DeploymentSecret(key: .random(), hasSignedRows: true) }

    /// The same secret, of a deployment whose rows are signed.
    package func withSignedRows() -> DeploymentSecret {
        DeploymentSecret(key: key, hasSignedRows: true, formerHashKeys: formerHashKeys)
    }

    /// Another secret, which knows the keys that this one and those before it hashed API keys with.
    package func replaced() -> DeploymentSecret {
        DeploymentSecret(key: .random(), hasSignedRows: true, formerHashKeys: [key(for: .apiKeyHash)] + formerHashKeys)
    }

    /// Opens what ``sealed(by:row:version:)`` made.
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

    func key(for purpose: Purpose) -> SymmetricKey { key.derived(for: purpose.rawValue) }
}
