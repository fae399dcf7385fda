import Domain
import FoundationEssentials
import Naming
import Storage
import Synchronization

/// Reports rows that do not verify, each once an hour: to the log at once, and to the audit trail of the first administrator.
final class UnverifiedRows: Sendable {
    private static let interval = Duration.seconds(3600)
    private static let capacity = 10_000

    private let reported = Mutex<[RowName: ContinuousClock.Instant]>([:])
    private let clock: Clock
    private let makeID: @Sendable () -> UUID
    private let log: @Sendable (RowName) -> Void

    init(clock: Clock, makeID: @escaping @Sendable () -> UUID, log: @escaping @Sendable (RowName) -> Void) {
        self.clock = clock
        self.makeID = makeID
        self.log = log
    }

    /// Logs the rows, and records them if the store can be written.
    func report(from store: any Store) async {
        let rows = store.rows.takeFailures().filter(isDue)
        guard !rows.isEmpty else { return }
        rows.forEach(log)
        let now = clock.now()
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman")
        // The task of the request may be cancelled, and the store would not write for it.
        await Task { [makeID] in
            try? await store.write { writer in
                guard let namespace = try writer.firstNamespace() else { return }
                for row in rows {
                    try writer.record(
                        Action(
                            id: makeID(), namespace: namespace, kind: .rowRefuse, object: .row(row.description), state: .failed,
                            status: RequestError.unavailable("").status, started: now, ended: now, origin: origin))
                }
            }
        }.value
    }

    private func isDue(_ row: RowName) -> Bool {
        let now = clock.instant()
        return reported.withLock { reported in
            if let last = reported[row], now - last < Self.interval { return false }
            if reported.count >= Self.capacity { reported = reported.filter { now - $0.value < Self.interval } }
            reported[row] = now
            return true
        }
    }
}
