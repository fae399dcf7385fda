package import Domain
package import FoundationEssentials
package import Naming
package import Sealing
package import Storage

/// Makes an empty store the store of a new deployment: its secret, the administrator, the administrator's first API key.
package struct FirstStart: Sendable {
    private let store: any Store
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    package init(store: any Store, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }) {
        self.store = store
        self.clock = clock
        self.makeID = makeID
    }

    /// - Parameter hand: gives the key to its owner. It is called within the transaction, after everything else of it: a key
    ///   that could not be handed over does not come to exist, and one that was committed was handed over.
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
