import Crypto
package import FoundationEssentials

/// The 32 random bytes from which a deployment's own keys are derived, one for each purpose.
///
/// It is sealed and re-wrapped like any credential, so retiring a key-encryption key invalidates nothing that was made with it.
/// Its bytes leave this type only sealed.
package struct DeploymentSecret: Sendable, Silent {
    /// The raw values enter the derivation: no two may be equal, none may ever change.
    enum Purpose: String {
        case apiKeyHash = "lighterman/deployment/api-key-hash/1"
        case gatewayToken = "lighterman/deployment/gateway-token/1"
        case uploadLocation = "lighterman/deployment/upload-location/1"
        case loginMark = "lighterman/deployment/login-mark/1"
    }

    private let key: SymmetricKey

    private init(key: SymmetricKey) {
        self.key = key
    }

    package static func generate() -> DeploymentSecret { DeploymentSecret(key: .random()) }

    /// Opens what ``sealed(by:row:version:)`` made.
    package init(opening envelope: Envelope, with sealer: Sealer, row: UUID, version: Int) throws(SealingError) {
        let bytes = try sealer.open(envelope, for: .deploymentSecret(row: row, version: version))
        guard bytes.count == SymmetricKey.length else { throw .notADeploymentSecret }
        key = SymmetricKey(data: bytes)
    }

    package func sealed(by sealer: Sealer, row: UUID, version: Int) throws(SealingError) -> Envelope {
        try sealer.seal(key.bytes, for: .deploymentSecret(row: row, version: version))
    }

    func key(for purpose: Purpose) -> SymmetricKey { key.derived(for: purpose.rawValue) }
}
