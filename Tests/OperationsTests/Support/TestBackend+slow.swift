import Operations
import Storage
import TestSupport

extension TestBackend {
    /// A deployment whose store can be slowed down, broken and counted.
    static func onSlowStore(policy: VerificationPolicy = .store) async throws -> (TestBackend, SlowStore) {
        let (made, make) = AsyncStream.makeStream(of: SlowStore.self)
        let backend = try await TestBackend(policy: policy) { base in
            let store = SlowStore(base)
            make.yield(store)
            return store
        }
        guard let store = await made.first(where: { _ in true }) else { throw StoreError.unavailable("nothing was wrapped") }
        return (backend, store)
    }
}
