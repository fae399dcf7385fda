package import Storage
import Synchronization

/// A store that counts its transactions, and that can be slow or fail.
package final class SlowStore: Store {
    /// The behavior of the store from now on.
    package struct Behavior: Sendable {
        /// The additional duration of every transaction.
        package var latency: Duration
        /// The error of every transaction, which then has no effect; nil if it succeeds.
        package var failure: StoreError?
        /// Whether reads succeed despite the error.
        package var canBeRead: Bool

        package init(latency: Duration = .zero, failure: StoreError? = nil, canBeRead: Bool = false) {
            self.latency = latency
            self.failure = failure
            self.canBeRead = canBeRead
        }
    }

    package struct Count: Hashable, Sendable {
        package var reads: Int
        package var writes: Int

        package init(reads: Int = 0, writes: Int = 0) {
            self.reads = reads
            self.writes = writes
        }
    }

    private let base: any Store
    private let behavior: Mutex<Behavior>
    private let counted = Mutex(Count())

    package init(_ base: any Store, _ behavior: Behavior = Behavior()) {
        self.base = base
        self.behavior = Mutex(behavior)
    }

    package func behave(_ behavior: Behavior) {
        self.behavior.withLock { $0 = behavior }
    }

    /// The transactions since the last call.
    package func takeCount() -> Count {
        counted.withLock { count in
            defer { count = Count() }
            return count
        }
    }

    package var version: Int { base.version }
    package var rows: RowVerification { base.rows }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        counted.withLock { $0.reads += 1 }
        try await suffer(isReading: true)
        return try await base.read(body)
    }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        counted.withLock { $0.writes += 1 }
        try await suffer(isReading: false)
        return try await base.write(body)
    }

    private func suffer(isReading: Bool) async throws {
        let behavior = behavior.withLock { $0 }
        if behavior.latency > .zero { try await Task.sleep(for: behavior.latency) }
        if let failure = behavior.failure, !isReading || !behavior.canBeRead { throw failure }
    }
}
