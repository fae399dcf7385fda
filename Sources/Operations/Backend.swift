package import CoreMetrics
package import FoundationEssentials
package import Naming
package import RegistryClient
import Sealing
package import Storage

/// The dependencies of all operations, created once by the composition root. Operations are extensions of this type, one file per noun.
package struct Backend: Sendable {
    let store: GuardedStore
    let sealer: Sealer
    let hasher: APIKeyHasher
    let loginMarker: LoginMarker
    let journal: any RevocationJournal
    let givenNames: GivenNames
    let verifier: any Verifying
    let verificationPolicy: VerificationPolicy
    let schedule: VerificationSchedule
    let keyUses = KeyUses()
    let refusedKeys = RefusedKeys()
    let uses: UseTrail
    let lastUses = UseSessions<TimedSession>()
    let refusedLogins = RefusedLogins()
    let unreachableRegistries = UnreachableRegistries()
    let recoveries = Recoveries()
    let readCache = GatewayReadCache()
    let listLimits = ListLimits()
    let runningTime = RunningTime()
    /// The number of organizations that an account may create, unless it is a server administrator.
    let organizationLimit: Int
    let counters: OperationCounters
    let clock: Clock
    let makeID: @Sendable () -> UUID

    /// - Parameters:
    ///   - givenNames: the names in the journal.
    ///   - onUnverifiedRow: logs a row that is ignored because something other than the server changed it.
    package init(
        store: any Store, deployment: OpenedDeployment, journal: any RevocationJournal = NoRevocationJournal(),
        givenNames: Set<NamespaceName> = [], verifier: any Verifying,
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
        self.givenNames = GivenNames(givenNames, of: deployment.id, in: journal)
        self.verifier = verifier
        self.verificationPolicy = verificationPolicy
        self.schedule = schedule
        self.clock = clock
        self.makeID = makeID
        self.organizationLimit = organizationLimit
        counters = OperationCounters(metrics)
    }

    /// The current reading of the clock that dates actions.
    package func clockReading() -> ClockReading { clock.reading() }
}
