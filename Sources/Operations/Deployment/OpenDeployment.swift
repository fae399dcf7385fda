package import Domain
package import Sealing
package import Storage

/// The keys of a deployment, opened with its key ring. That the deployment's own secret opens proves that the ring is the
/// right one.
package struct OpenedDeployment: Sendable {
    package let sealer: Sealer
    package let hasher: APIKeyHasher
    package let loginMarker: LoginMarker
    package let tokenSigner: TokenSigner
    package let locationSealer: LocationSealer

    package enum OpeningError: Error, Hashable, Sendable {
        /// Stored secrets were sealed with keys that the ring lacks. Key identifiers are no secrets.
        case missingKeys(needed: [String], given: [String])
        /// The deployment row is one of a version that did not sign rows, and rows were signed since.
        case olderDeploymentRow
    }

    /// - Parameter expectsSignedRows: whether the journal says that the rows were signed.
    package init(_ deployment: Deployment, in store: any Store, ring: KeyRing, expectsSignedRows: Bool = false) async throws {
        let needed = try await store.read { try $0.sealingKeyIDs() }
        let given = ring.ids.map(\.description)
        guard needed.isSubset(of: given) else {
            throw OpeningError.missingKeys(needed: needed.subtracting(given).sorted(), given: given)
        }
        sealer = Sealer(ring: ring, deployment: deployment.id)
        let secret = try DeploymentSecret(
            opening: Envelope(parsing: deployment.secretEnvelope), with: sealer, row: deployment.id, version: 1)
        guard secret.hasSignedRows || !expectsSignedRows else { throw OpeningError.olderDeploymentRow }
        store.rows.use(RowSigner(secret: secret))
        if !secret.hasSignedRows { try await Self.signRows(of: deployment, secret, by: sealer, in: store) }
        hasher = APIKeyHasher(secret: secret)
        loginMarker = LoginMarker(secret: secret)
        tokenSigner = TokenSigner(secret: secret)
        locationSealer = LocationSealer(secret: secret)
    }
}
