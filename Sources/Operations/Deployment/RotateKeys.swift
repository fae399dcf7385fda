import Domain
package import Sealing
package import Storage

/// Rewraps every stored secret with the newest key of a ring. The sealed contents are unchanged, so no credential has to be entered again.
/// An interrupted rotation resumes where it stopped.
package struct RotateKeys: Sendable {
    private let store: any Store
    private let ring: KeyRing
    private let journal: any RevocationJournal
    private let batch: Int

    package init(store: any Store, ring: KeyRing, journal: any RevocationJournal = NoRevocationJournal(), batch: Int = 500) {
        self.store = store
        self.ring = ring
        self.journal = journal
        self.batch = batch
    }

    /// - Parameter progress: called after each batch with the number of credentials rewrapped so far.
    /// - Returns: the number of rewrapped credentials.
    package func run(progress: (Int) -> Void = { _ in }) async throws -> Int {
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.unavailable("it is empty") }
        let opened = try await OpenedDeployment(deployment, in: store, ring: ring, journaled: try journal.revocations())
        // Opening the deployment may have replaced its row.
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

/// Replaces the secret from which the keys of a deployment are derived, after it may have leaked. Gateway tokens and upload locations
/// expire, the rows are signed again, and API keys stay valid: each is hashed again at its next use.
package struct ReplaceDeploymentSecret: Sendable {
    private let store: any Store
    private let ring: KeyRing
    private let journal: any RevocationJournal
    private let clock: Clock

    package init(store: any Store, ring: KeyRing, journal: any RevocationJournal = NoRevocationJournal(), clock: Clock = .system) {
        self.store = store
        self.ring = ring
        self.journal = journal
        self.clock = clock
    }

    /// Runs in one transaction. Rows that do not verify are not signed.
    ///
    /// - Returns: the number of signed rows.
    package func run() async throws -> Int {
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.unavailable("it is empty") }
        let journaled = try journal.revocations()
        let opened = try await OpenedDeployment(deployment, in: store, ring: ring, journaled: journaled, allowsReplacedSecret: true)
        // Opening the deployment may have replaced its row.
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.stale }
        let secret = try DeploymentSecret(
            opening: Envelope(parsing: deployment.secretEnvelope), with: opened.sealer, row: deployment.id, version: 1)
        let replacement = secret.replaced()
        let envelope = try replacement.sealed(by: opened.sealer, row: deployment.id, version: 1)
        let (former, current) = (RowSigner(secret: secret), RowSigner(secret: replacement))
        let count: Int
        do {
            count = try await store.write { [rows = store.rows] writer in
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
        let now = clock.now()
        let isListed = journaled?.secrets[deployment.id]?.contains(secret.fingerprint) ?? false
        let formerEntry = RevocationEntry.secret(deployment: deployment.id, fingerprint: secret.fingerprint, now)
        try journal.append(
            (isListed ? [] : [formerEntry]) + [.secret(deployment: deployment.id, fingerprint: replacement.fingerprint, now)])
        return count
    }
}
