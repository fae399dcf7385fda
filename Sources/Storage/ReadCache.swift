import Domain
import Synchronization

/// Caches values from a store until the next write, for values that many requests read.
package final class ReadCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Snapshot {
        var version: Int
        var values: BoundedDictionary<Key, Value>
    }

    private let snapshot: Mutex<Snapshot>
    private let capacity: Int

    package init(capacity: Int = 10_000) {
        self.capacity = capacity
        snapshot = Mutex(Snapshot(version: .min, values: BoundedDictionary(capacity: capacity)))
    }

    /// The cached value of a key, if it was read since the last write.
    package func cachedValue(of key: Key, in store: any Store) -> Value? { value(of: key, at: store.version) }

    private func value(of key: Key, at version: Int) -> Value? {
        snapshot.withLock { $0.version == version ? $0.values[key] : nil }
    }

    /// The value of a key. Misses are not cached, because clients can request any key.
    package func value(
        of key: Key, in store: any Store, read: @escaping @Sendable (any StoreReader) throws -> Value?
    ) async throws -> Value? {
        // Taken before the read, so that a concurrent write invalidates the value.
        let version = store.version
        if let value = value(of: key, at: version) { return value }
        guard let value = try await store.read(read) else { return nil }
        snapshot.withLock { snapshot in
            guard version >= snapshot.version else { return }
            if version > snapshot.version { snapshot = Snapshot(version: version, values: BoundedDictionary(capacity: capacity)) }
            snapshot.values[key] = value
        }
        return value
    }
}
