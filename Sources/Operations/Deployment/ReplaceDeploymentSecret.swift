import Domain
package import Sealing
package import Storage

/// Replaces the secret that the keys of a deployment are derived from, after somebody else may have had it. Gateway tokens and upload locations
/// end, the rows are signed again, and API keys stay valid: each is hashed again when it is next used.
package struct ReplaceDeploymentSecret: Sendable {
    private let store: any Store
    private let ring: KeyRing
    private let expectsSignedRows: Bool

    package init(store: any Store, ring: KeyRing, expectsSignedRows: Bool = false) {
        self.store = store
        self.ring = ring
        self.expectsSignedRows = expectsSignedRows
    }

    /// All in one transaction. Rows that do not verify are not signed.
    ///
    /// - Returns: how many rows were signed.
    package func run() async throws -> Int {
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.unavailable("it is empty") }
        let opened = try await OpenedDeployment(deployment, in: store, ring: ring, expectsSignedRows: expectsSignedRows)
        // Opening it may have replaced it.
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.stale }
        let secret = try DeploymentSecret(
            opening: Envelope(parsing: deployment.secretEnvelope), with: opened.sealer, row: deployment.id, version: 1)
        let replacement = secret.replaced()
        let envelope = try replacement.sealed(by: opened.sealer, row: deployment.id, version: 1)
        let (former, current) = (RowSigner(secret: secret), RowSigner(secret: replacement))
        do {
            return try await store.write { [rows = store.rows] writer in
                rows.use(current)
                let count = try writer.signRows(verifiedBy: former)
                try writer.deleteLoginMarks()
                try writer.rewrap(deployment, as: envelope.bytes, sealedWith: envelope.keyID.description)
                return count
            }
        } catch {
            store.rows.use(former)
            throw error
        }
    }
}
