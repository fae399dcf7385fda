package import CoreMetrics
package import Domain
package import FoundationEssentials
import Naming
package import RegistryClient
import Sealing
package import Storage

/// What the verbs need of the world. Made once, where the server is put together; a verb is an extension of it, in a file
/// of its own.
package struct Backend: Sendable {
    let store: GuardedStore
    let sealer: Sealer
    let hasher: APIKeyHasher
    let loginMarker: LoginMarker
    let journal: any RevocationJournal
    let verifier: any Verifying
    let verificationPolicy: VerificationPolicy
    let schedule: VerificationSchedule
    let keyUses = KeyUses()
    let refusedKeys = RefusedKeys()
    let uses: UseTrail
    let lastUses = UseSessions()
    let refusedLogins = RefusedLogins()
    let silentRegistries = UnreachableRegistries()
    let known = GatewayReadCache()
    let listLimits = ListLimits()
    /// How many organizations an account may create that administers no server.
    let organizationLimit: Int
    let counters: OperationCounters
    let clock: Clock
    let makeID: @Sendable () -> UUID

    /// - Parameter onUnverifiedRow: logs a row that is not used, because something else than the server changed it.
    package init(
        store: any Store, deployment: OpenedDeployment, journal: any RevocationJournal = NoRevocationJournal(), verifier: any Verifying,
        verificationPolicy: VerificationPolicy = .store,
        schedule: VerificationSchedule = VerificationSchedule(), clock: Clock = .system,
        makeID: @escaping @Sendable () -> UUID = { UUID() }, organizationLimit: Int = 10,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        onUnverifiedRow: @escaping @Sendable (RowName) -> Void = { _ in }
    ) {
        self.store = GuardedStore(store, clock: clock, reporting: UnverifiedRows(clock: clock, makeID: makeID, log: onUnverifiedRow))
        uses = UseTrail(self.store, clock: clock, makeID: makeID)
        sealer = deployment.sealer
        hasher = deployment.hasher
        loginMarker = deployment.loginMarker
        self.journal = journal
        self.verifier = verifier
        self.verificationPolicy = verificationPolicy
        self.schedule = schedule
        self.clock = clock
        self.makeID = makeID
        self.organizationLimit = organizationLimit
        counters = OperationCounters(metrics)
    }

    /// The clock by which actions are dated.
    package func clockReading() -> ClockReading { clock.reading() }
}

/// Who calls, and from where: what every verb is told beside what to do.
package struct Caller: Sendable {
    package let identity: Identity
    package let origin: Action.Origin
    /// What the call has begun and not brought to its end.
    let begun = BegunAction()

    /// The account whose limits the call counts against.
    package var requester: Requester { .account(identity.account.name.namespace) }

    /// Whether the call has left something in the audit trail that is to be brought to its end.
    package var hasBegun: Bool { begun.action != nil }

    package init(identity: Identity, origin: Action.Origin) {
        self.identity = identity
        self.origin = origin
    }
}

/// The result of a change, with the action that it was recorded as; nil where there was nothing to change.
package struct Recorded<Value: Sendable>: Sendable {
    package let value: Value
    package let action: Action?
}
