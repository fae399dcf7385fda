import Domain
import Storage

/// The store of the verbs: each read and write demands a ``AccessGrant``, so that none happens before an authorization.
struct GuardedStore: Sendable {
    private let store: any Store
    private let unverifiedRows: UnverifiedRows

    init(_ store: any Store, reporting unverifiedRows: UnverifiedRows) {
        self.store = store
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
        try await reporting { try await store.write(body) }
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
