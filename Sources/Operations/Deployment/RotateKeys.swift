import Domain
package import Sealing
package import Storage

/// Wraps every stored secret with the newest key of a ring. What is sealed inside stays as it is, so nothing has to be
/// entered again; a rotation that was interrupted goes on where it stopped.
package struct RotateKeys: Sendable {
    private let store: any Store
    private let ring: KeyRing
    private let expectsSignedRows: Bool
    private let batch: Int

    package init(store: any Store, ring: KeyRing, expectsSignedRows: Bool = false, batch: Int = 500) {
        self.store = store
        self.ring = ring
        self.expectsSignedRows = expectsSignedRows
        self.batch = batch
    }

    /// - Parameter progress: called after each batch, with how many credentials were wrapped anew by then.
    /// - Returns: how many credentials were.
    package func run(progress: (Int) -> Void = { _ in }) async throws -> Int {
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.unavailable("it is empty") }
        let opened = try await OpenedDeployment(deployment, in: store, ring: ring, expectsSignedRows: expectsSignedRows)
        // Opening it may have replaced it.
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.stale }
        try await rewrap(deployment, with: opened.sealer)
        let newest = ring.newest.id.description
        var count = 0
        while true {
            let old = try await store.read { [batch] in try $0.sealedCredentials(notSealedWith: newest, limit: batch) }
            guard !old.isEmpty else { return count }
            let rewrapped = try old.map { ($0, try opened.sealer.rewrap(Envelope(parsing: $0.envelope), for: $0.destination)) }
            try await store.write { writer in
                for (credential, envelope) in rewrapped {
                    try writer.rewrap(credential, as: envelope.bytes, sealedWith: envelope.keyID.description)
                }
            }
            count += old.count
            progress(count)
        }
    }

    private func rewrap(_ deployment: Deployment, with sealer: Sealer) async throws {
        let destination = SealingContext.deploymentSecret(row: deployment.id, version: 1)
        let envelope = try sealer.rewrap(Envelope(parsing: deployment.secretEnvelope), for: destination)
        guard envelope.bytes != deployment.secretEnvelope else { return }
        try await store.write { try $0.rewrap(deployment, as: envelope.bytes, sealedWith: envelope.keyID.description) }
    }
}
