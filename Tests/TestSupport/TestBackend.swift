package import Domain
package import FoundationEssentials
import Gateway
import HTTPSupport
import Naming
package import Operations
package import PrometheusMetrics
package import Sealing
package import Storage
package import StorageSQLite

/// A whole deployment after its first start, on SQLite in a temporary folder, for tests of the operations and the layers above.
package struct TestBackend: Sendable {
    package let backend: Backend
    package let store: SQLiteStore
    package let ring: KeyRing
    package let verifier: StubVerifier
    package let clock: ManualClock
    /// The administrator's key; the account is called `admin`.
    package let key: APIKeySecret
    package let deployment: OpenedDeployment
    /// The store of the backend, with its decorator.
    package let decoratedStore: any Store
    /// Its metrics.
    package let metrics = PrometheusFactory(
        help: OperationCounters.help.merging(GatewayCounters.help) { $1 }.merging(ConnectionCounters.help) { $1 })
    package let directory: TemporaryDirectory
    private let data: DataDirectory
    private let journal: any RevocationJournal
    /// The number of reads of the store in progress.
    package var runningReads: Int { store.runningReads }

    /// - Parameters:
    ///   - schedule: by default without random variation.
    ///   - wrap: decorates the store of the backend, to delay it or to make it fail.
    package init(
        verifier: StubVerifier = StubVerifier(), policy: VerificationPolicy = .store,
        schedule: VerificationSchedule = VerificationSchedule(chance: { 0.5 }),
        journal: any RevocationJournal = NoRevocationJournal(), wrap: (any Store) -> any Store = { $0 },
        onUnverifiedRow: @escaping @Sendable (RowName) -> Void = { _ in }
    ) async throws {
        directory = try TemporaryDirectory()
        data = try DataDirectory("\(directory.path)/data")
        store = try SQLiteStore(in: data)
        ring = KeyRing(.generate())
        clock = ManualClock()
        self.verifier = verifier
        self.journal = journal
        key = try await Self.firstStart(store, journal, ring, clock.clock)
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.unavailable("no deployment") }
        self.deployment = try await OpenedDeployment(deployment, in: store, ring: ring)
        decoratedStore = wrap(store)
        backend = Backend(
            store: decoratedStore, deployment: self.deployment, journal: journal,
            givenNames: try journal.revocations()?.names(of: self.deployment.id) ?? [], verifier: verifier, verificationPolicy: policy,
            schedule: schedule,
            clock: clock.clock, metrics: metrics, onUnverifiedRow: onUnverifiedRow)
    }

    private static func firstStart(
        _ store: SQLiteStore, _ journal: any RevocationJournal, _ ring: KeyRing, _ clock: Clock
    ) async throws -> APIKeySecret {
        let (keys, hand) = AsyncStream.makeStream(of: APIKeySecret.self)
        try await FirstStart(store: store, journal: journal, clock: clock).run(
            administrator: try NamespaceName(parsing: "admin"), ring: ring
        ) {
            hand.yield($0)
        }
        guard let key = await keys.first(where: { _ in true }) else { throw StoreError.unavailable("no key") }
        return key
    }
}

extension TestBackend {
    /// Adds an account with one key.
    @discardableResult
    package func makeAccount(
        _ name: String, scopes: Set<Scope> = Set(Scope.allCases), expires: Date? = nil, revoked: Date? = nil, isDisabled: Bool = false
    ) async throws -> APIKeySecret {
        let account = Account(
            id: UUID(), name: try AccountName(parsing: name), isAdministrator: false, isDisabled: isDisabled, created: clock.clock.now())
        try journal.append([.name(account.name.namespace, deployment: deployment.id, clock.clock.now())])
        try await store.write { try $0.insert(account) }
        return try await makeKey(of: name, scopes: scopes, expires: expires, revoked: revoked)
    }

    /// Adds another key to the administrator's account.
    package func makeAdministratorKey(
        scopes: Set<Scope> = Set(Scope.allCases), restriction: APIKey.Restriction = APIKey.Restriction()
    ) async throws -> APIKeySecret {
        try await makeKey(of: "admin", scopes: scopes, restriction: restriction)
    }

    /// The caller with a key.
    package func caller(_ key: APIKeySecret? = nil) async throws -> Caller {
        let identity = try await backend.authenticate(PresentedKey(account: nil, key: key ?? self.key))
        let origin = Action.Origin(
            user: identity.account.name.description, keyID: identity.keyID, address: "192.0.2.1", method: "POST",
            path: "/api/repo/v1/repository/", userAgent: "test")
        return Caller(identity: identity, origin: origin)
    }
}
