package import Domain
package import FoundationEssentials
package import Naming
package import Sealing
package import Storage

/// Creates a new API key for a server administrator, for operators who have the data and the key ring but no valid API key.
package struct Recover: Sendable {
    private let store: any Store
    private let hasher: APIKeyHasher
    private let journal: any RevocationJournal
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    package init(
        store: any Store, hasher: APIKeyHasher, journal: any RevocationJournal = NoRevocationJournal(), clock: Clock = .system,
        makeID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.hasher = hasher
        self.journal = journal
        self.clock = clock
        self.makeID = makeID
    }

    package enum RecoveryError: Error, Hashable, Sendable {
        case notFound(NamespaceName)
        case noAdministrator(NamespaceName)
    }

    /// Enables the account if it is disabled. Its other keys are unchanged.
    ///
    /// - Parameter deliver: delivers the key to its owner, as the last step of the transaction. If it throws, no key is created.
    /// - Returns: the key's identifier.
    package func run(_ name: NamespaceName, deliver: @escaping @Sendable (APIKeySecret) throws -> Void) async throws -> APIKey.ID {
        let now = clock.now()
        guard let found = try await store.read({ try $0.account(AccountName(name)) }) else { throw RecoveryError.notFound(name) }
        guard found.isAdministrator else { throw RecoveryError.noAdministrator(name) }
        var generator = SystemRandomNumberGenerator()
        let secret = APIKeySecret.mint(using: &generator)
        let key = APIKey(
            id: secret.keyID, account: found.id, hash: hasher.hash(secret), label: "recovery", scopes: Set(Scope.allCases),
            created: now)
        let origin = Action.Origin(user: name.description, keyID: nil, address: "", method: "", path: "", userAgent: Action.Origin.recovery)
        let action = Action(
            id: makeID(), namespace: name, kind: .apiKeyCreate, object: .apiKey(key.id), state: .success, started: now, ended: now,
            origin: origin)
        var account = found
        account.isDisabled = false
        try await store.write { [account] writer in
            try writer.update(account)
            try writer.insert(key)
            try writer.record(action)
            try deliver(secret)
        }
        if found.isDisabled { try journal.append([.enabled(found.name, id: found.id, now)]) }
        return key.id
    }
}
