import Domain
import FoundationEssentials
import Naming
import Storage
import Synchronization

/// The store that operations use: each read and write requires an ``AccessGrant``, so that authorization always comes first. A write checks
/// the grant again in its transaction, since rights may have changed during a slow verification.
struct GuardedStore: Sendable {
    private let store: any Store
    private let clock: Clock
    private let unverifiedRows: UnverifiedRows

    init(_ store: any Store, clock: Clock, reporting unverifiedRows: UnverifiedRows) {
        self.store = store
        self.clock = clock
        self.unverifiedRows = unverifiedRows
    }

    func read<Value: Sendable>(
        with grant: some AccessGrant, _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        try await reporting { try await store.read(body) }
    }

    func write<Value: Sendable>(
        with grant: some AccessGrant, _ body: @escaping @Sendable (any StoreWriter) throws -> Value
    ) async throws -> Value {
        try await reporting { [clock] in
            try await store.write { writer in
                // Checked before the body, which may remove the right itself. An error of the body, such as a conflict, takes precedence
                // over a right that another call removed at the same moment.
                let authorization = Result { try grant.check(in: writer, at: clock.now()) }
                let value = try body(writer)
                try authorization.get()
                return value
            }
        }
    }

    /// Recording requires no right, since denied calls are recorded as well.
    func record(_ action: Action) async throws {
        try await store.write { try $0.record(action) }
    }

    /// A value from the cache, which is read again after any write.
    func value<Key, Value>(
        of key: Key, in cache: ReadCache<Key, Value>, with grant: some AccessGrant,
        read: @escaping @Sendable (any StoreReader) throws -> Value?
    ) async throws -> Value? {
        try await reporting { try await cache.value(of: key, in: store, read: read) }
    }

    /// The error for a row that is not authenticated by its code. Reports the row like one whose code is wrong.
    func unverified(_ row: RowName) async -> StoreError {
        store.rows.note(row)
        await unverifiedRows.report(from: store)
        return .unverified(row)
    }

    /// The cached value, if there was no write since it was read.
    func cachedValue<Key, Value>(of key: Key, in cache: ReadCache<Key, Value>) -> Value? { cache.cachedValue(of: key, in: store) }

    private func reporting<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            let value = try await body()
            await unverifiedRows.report(from: store)
            return value
        } catch {
            await unverifiedRows.report(from: store)
            throw error
        }
    }
}

/// Reports rows that do not verify, each once an hour, to the log and to the audit trail of the first administrator.
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

    /// Logs the rows, and records them if the store is writable.
    func report(from store: any Store) async {
        let rows = store.rows.takeFailures().filter(isDue)
        guard !rows.isEmpty else { return }
        rows.forEach(log)
        let now = clock.now()
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman")
        // The store does not write for a cancelled task, and the task of the request may be cancelled.
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
