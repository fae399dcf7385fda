import Domain
import Storage

/// The store of the verbs: each read and write demands a ``AccessGrant``, so that none happens before an authorization. A write checks it again in its
/// transaction: much may have happened since, as verifications take their time.
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
                // Checked before the body, which may take the right away itself. The reason of the body, such as a conflict, says more than a right that
                // another call took away in the same moment.
                let authorization = Result { try grant.check(in: writer, at: clock.now()) }
                let value = try body(writer)
                try authorization.get()
                return value
            }
        }
    }

    /// Recording takes no right: denied calls are recorded as well.
    func record(_ action: Action) async throws {
        try await store.write { try $0.record(action) }
    }

    /// A value that is read once until the next write.
    func value<Key, Value>(
        of key: Key, in cache: ReadCache<Key, Value>, with grant: some AccessGrant,
        read: @escaping @Sendable (any StoreReader) throws -> Value?
    ) async throws -> Value? {
        try await reporting { try await cache.value(of: key, in: store, read: read) }
    }

    /// The value if it was read since the last write.
    func cachedValue<Key, Value>(of key: Key, in cache: ReadCache<Key, Value>) -> Value? { cache.keptValue(of: key, in: store) }

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
