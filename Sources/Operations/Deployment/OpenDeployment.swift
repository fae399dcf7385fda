package import Domain
package import FoundationEssentials
package import Naming
package import Sealing
package import Storage

/// Initializes an empty store for a new deployment, with its secret, an administrator and the administrator's first API key.
package struct FirstStart: Sendable {
    private let store: any Store
    private let journal: any RevocationJournal
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    package init(
        store: any Store, journal: any RevocationJournal = NoRevocationJournal(), clock: Clock = .system,
        makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.journal = journal
        self.clock = clock
        self.makeID = makeID
    }

    /// Throws ``StoreError/duplicate`` if the store is not empty.
    ///
    /// - Parameter deliver: delivers the key to its owner, as the last step of the transaction. If it throws, nothing is created; every
    ///   committed key was delivered.
    package func run(
        administrator name: NamespaceName, ring: KeyRing, deliver: @escaping @Sendable (APIKeySecret) throws -> Void
    ) async throws {
        let now = clock.now()
        let id = makeID()
        let secret = DeploymentSecret.generate()
        let envelope = try secret.sealed(by: Sealer(ring: ring, deployment: id), row: id, version: 1)
        let account = Account(id: makeID(), name: AccountName(name), isAdministrator: true, created: now)
        var generator = SystemRandomNumberGenerator()
        let key = APIKeySecret.mint(using: &generator)
        let stored = APIKey(
            id: key.keyID, account: account.id, hash: APIKeyHasher(secret: secret).hash(key), label: "first start",
            scopes: Set(Scope.allCases), created: now)
        try await store.write { [rows = store.rows, journal] writer in
            guard try writer.isEmpty() else { throw StoreError.duplicate }
            rows.use(RowSigner(secret: secret))
            try writer.insert(
                Deployment(id: id, secretEnvelope: envelope.bytes, created: now), sealedWith: envelope.keyID.description)
            try writer.insert(account)
            try writer.insert(stored)
            // Before the commit, so that a journal without these entries was lost.
            try journal.append([
                .signedRows(id, now), .secret(deployment: id, fingerprint: secret.fingerprint, now), .name(name, deployment: id, now),
                .names(deployment: id, now),
            ])
            try deliver(key)
        }
    }
}

/// The keys of a deployment, opened with its key ring. Opening the deployment's secret proves that the ring is the right one.
package struct OpenedDeployment: Sendable {
    package let sealer: Sealer
    package let hasher: APIKeyHasher
    package let loginMarker: LoginMarker
    package let tokenSigner: TokenSigner
    package let locationSealer: LocationSealer
    /// The fingerprint of the deployment's secret.
    package let fingerprint: String
    package let id: UUID

    package enum OpeningError: Error, Hashable, Sendable {
        /// Stored secrets were sealed with keys that the ring lacks. Key identifiers are not secret.
        case missingKeys(needed: [String], given: [String])
        /// The deployment row is from a version that did not sign rows, although rows were signed since.
        case olderDeploymentRow
        /// The secret of the deployment row was replaced by another one since.
        case replacedSecret
        /// The revocation journal lacks the entry that rows were signed, which it must have had.
        case lostJournal
    }

    /// - Parameters:
    ///   - journaled: the revocation journal, which records that rows were signed and secrets were replaced; nil without a journal.
    ///   - allowsReplacedSecret: whether to open a secret that was replaced by another one.
    ///   - allowsLostJournal: whether to open a deployment whose journal was lost.
    package init(
        _ deployment: Deployment, in store: any Store, ring: KeyRing, journaled: Revocations? = nil,
        allowsReplacedSecret: Bool = false, allowsLostJournal: Bool = false
    ) async throws {
        let needed = try await store.read { try $0.sealingKeyIDs() }
        let given = ring.ids.map(\.description)
        guard needed.isSubset(of: given) else {
            throw OpeningError.missingKeys(needed: needed.subtracting(given).sorted(), given: given)
        }
        sealer = Sealer(ring: ring, deployment: deployment.id)
        let secret = try DeploymentSecret(
            opening: Envelope(parsing: deployment.secretEnvelope), with: sealer, row: deployment.id, version: 1)
        id = deployment.id
        fingerprint = secret.fingerprint
        if let journaled {
            let isListed = journaled.deploymentsWithSignedRows.contains(id)
            guard secret.hasSignedRows || !isListed else { throw OpeningError.olderDeploymentRow }
            guard allowsLostJournal || !secret.hasSignedRows || isListed else { throw OpeningError.lostJournal }
            guard allowsReplacedSecret || !journaled.wasReplaced(fingerprint, of: id) else { throw OpeningError.replacedSecret }
        }
        store.rows.use(RowSigner(secret: secret))
        if !secret.hasSignedRows { try await Self.signRows(of: deployment, secret, by: sealer, in: store) }
        hasher = APIKeyHasher(secret: secret)
        loginMarker = LoginMarker(secret: secret)
        tokenSigner = TokenSigner(secret: secret)
        locationSealer = LocationSealer(secret: secret)
    }
}

extension RowSigner: RowAuthenticator {}

extension OpenedDeployment {
    /// Signs the rows of a version that did not sign them, once. The sealed deployment row then records that this happened.
    ///
    /// Refused if rows are signed already: an older deployment row was then restored, possibly to have edited rows signed.
    static func signRows(of deployment: Deployment, _ secret: DeploymentSecret, by sealer: Sealer, in store: any Store) async throws {
        let signed = try secret.withSignedRows().sealed(by: sealer, row: deployment.id, version: 1)
        try await store.write { writer in
            guard try !writer.hasSignedRows() else { throw OpeningError.olderDeploymentRow }
            _ = try writer.signRows(verifiedBy: nil)
            try writer.rewrap(deployment, as: signed.bytes, sealedWith: signed.keyID.description)
        }
    }
}
