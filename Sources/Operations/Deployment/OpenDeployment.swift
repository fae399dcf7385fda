package import Domain
package import FoundationEssentials
package import Naming
package import Sealing
package import Storage

/// Initializes an empty store for a new deployment, with its secret, an administrator and the administrator's first API key.
package struct FirstStart: Sendable {
    private let store: any Store
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    package init(store: any Store, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }) {
        self.store = store
        self.clock = clock
        self.makeID = makeID
    }

    /// - Parameter hand: delivers the key to its owner, as the last step of the transaction. If it throws, nothing is created; every
    ///   committed key was delivered.
    package func run(
        administrator name: NamespaceName, ring: KeyRing, hand: @escaping @Sendable (APIKeySecret) throws -> Void
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
        try await store.write { [rows = store.rows] writer in
            guard try writer.deployment() == nil else { throw StoreError.duplicate }
            rows.use(RowSigner(secret: secret))
            try writer.insert(
                Deployment(id: id, secretEnvelope: envelope.bytes, created: now), sealedWith: envelope.keyID.description)
            try writer.insert(account)
            try writer.insert(stored)
            try hand(key)
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

    package enum OpeningError: Error, Hashable, Sendable {
        /// Stored secrets were sealed with keys that the ring lacks. Key identifiers are not secret.
        case missingKeys(needed: [String], given: [String])
        /// The deployment row is from a version that did not sign rows, although rows were signed since.
        case olderDeploymentRow
        /// The secret of the deployment row was replaced by another one since.
        case replacedSecret
    }

    /// - Parameters:
    ///   - journaled: the revocation journal, which records that rows were signed and secrets were replaced.
    ///   - allowsReplacedSecret: whether to open a secret that was replaced by another one.
    package init(
        _ deployment: Deployment, in store: any Store, ring: KeyRing, journaled: Revocations = Revocations([]),
        allowsReplacedSecret: Bool = false
    ) async throws {
        let needed = try await store.read { try $0.sealingKeyIDs() }
        let given = ring.ids.map(\.description)
        guard needed.isSubset(of: given) else {
            throw OpeningError.missingKeys(needed: needed.subtracting(given).sorted(), given: given)
        }
        sealer = Sealer(ring: ring, deployment: deployment.id)
        let secret = try DeploymentSecret(
            opening: Envelope(parsing: deployment.secretEnvelope), with: sealer, row: deployment.id, version: 1)
        guard secret.hasSignedRows || !journaled.deploymentsWithSignedRows.contains(deployment.id) else {
            throw OpeningError.olderDeploymentRow
        }
        fingerprint = secret.fingerprint
        guard allowsReplacedSecret || !journaled.wasReplaced(fingerprint, of: deployment.id) else { throw OpeningError.replacedSecret }
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
