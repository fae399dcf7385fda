import Storage
import Synchronization
import Testing

/// Suspends all callers until it is opened.
actor Gate {
    private var isOpen = false
    private var arrived = 0
    private var held: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        arrived += 1
        guard !isOpen else { return }
        await withCheckedContinuation { held.append($0) }
    }

    /// Waits until `count` callers have arrived, up to a time limit.
    func arrivals(_ count: Int) async {
        for _ in 0..<2000 where arrived < count { try? await Task.sleep(for: .milliseconds(10)) }
        #expect(arrived >= count)
    }

    func open() {
        isOpen = true
        for continuation in held { continuation.resume() }
        held = []
    }
}

/// A store whose writers wait at a gate if one is set, so that all of them have read before the first one writes.
final class GatedStore: Store {
    private let base: any Store
    private let gate = Mutex<Gate?>(nil)

    init(_ base: any Store) {
        self.base = base
    }

    func wait(at gate: Gate?) {
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
