import Storage
import Synchronization
import TestSupport

/// A store whose reads run until the store below cancels them, while this is switched on.
final class EndlessStore: Store {
    private let store: any Store
    private let isEndless = Atomic(false)

    init(_ store: any Store) {
        self.store = store
    }

    /// A backend on such a store.
    static func backend() async throws -> (TestBackend, EndlessStore) {
        var made: EndlessStore?
        let backend = try await TestBackend(wrap: { store in
            let endless = EndlessStore(store)
            made = endless
            return endless
        })
        guard let made else { throw StoreError.unavailable("nothing was wrapped") }
        return (backend, made)
    }

    func readWithoutEnd(_ isEndless: Bool = true) {
        self.isEndless.store(isEndless, ordering: .relaxed)
    }

    var version: Int { store.version }
    var rows: RowVerification { store.rows }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        guard isEndless.load(ordering: .relaxed) else { return try await store.read(body) }
        return try await store.read { reader in
            while true { _ = try body(reader) }
        }
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        try await store.write(body)
    }
}
