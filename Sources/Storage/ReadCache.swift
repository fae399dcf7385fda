import Synchronization

/// Keeps what was read of a store until something is written to it: for what each of many requests asks again.
package final class ReadCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct CachedValue {
        var version: Int
        var values: [Key: Value] = [:]
    }

    private let kept = Mutex(CachedValue(version: .min))
    private let capacity: Int

    /// - Parameter capacity: how many values are kept; where there are more, all are given up.
    package init(capacity: Int = 10_000) {
        self.capacity = capacity
    }

    /// The value of a key, if it was read since the last write.
    package func keptValue(of key: Key, in store: any Store) -> Value? { value(of: key, at: store.version) }

    private func value(of key: Key, at version: Int) -> Value? {
        kept.withLock { $0.version == version ? $0.values[key] : nil }
    }

    /// What there is under a key. That there is nothing is not kept: anybody can ask for anything.
    package func value(
        of key: Key, in store: any Store, read: @escaping @Sendable (any StoreReader) throws -> Value?
    ) async throws -> Value? {
        // Asked for before the store is read: what is written meanwhile makes the value one of the past.
        let version = store.version
        if let value = value(of: key, at: version) { return value }
        guard let value = try await store.read(read) else { return nil }
        kept.withLock { kept in
            guard version >= kept.version else { return }
            if version > kept.version || kept.values.count >= capacity { kept = CachedValue(version: version) }
            kept.values[key] = value
        }
        return value
    }
}
