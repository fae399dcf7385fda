import Storage
import Synchronization

/// A store whose writers wait at a gate, where there is one: all of them have read before one of them writes.
final class MeetingStore: Store {
    private let base: any Store
    private let gate = Mutex<Gate?>(nil)

    init(_ base: any Store) {
        self.base = base
    }

    func meet(at gate: Gate?) {
        self.gate.withLock { $0 = gate }
    }

    var version: Int { base.version }
    var rows: RowVerification { base.rows }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try await base.read(body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        await gate.withLock { $0 }?.pass()
        return try await base.write(body)
    }
}
