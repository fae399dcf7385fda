import Storage
import Synchronization

/// A store in front of another one that fails while this is switched on, and counts its calls.
final class TroubledStore: Store {
    private struct State {
        var failsReading = false
        var failsWriting = false
        var reads = 0
    }

    private let store: any Store
    private let state = Mutex(State())

    init(_ store: any Store) {
        self.store = store
    }

    var reads: Int { state.withLock { $0.reads } }

    func fail(reading: Bool = false, writing: Bool = false) {
        state.withLock { state in
            state.failsReading = reading
            state.failsWriting = writing
        }
    }

    static let reason = "disk I/O error in /data/canary.sqlite"

    var version: Int { store.version }
    var rows: RowVerification { store.rows }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        let fails = state.withLock { state in
            state.reads += 1
            return state.failsReading
        }
        if fails { throw StoreError.unavailable(Self.reason) }
        return try await store.read(body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        if state.withLock({ $0.failsWriting }) { throw StoreError.unavailable(Self.reason) }
        return try await store.write(body)
    }
}
