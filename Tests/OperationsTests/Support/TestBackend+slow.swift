import Operations
import Storage
import TestSupport

extension TestBackend {
    /// A deployment whose store can be slowed down, broken and counted.
    static func onSlowStore(policy: VerificationPolicy = .store) async throws -> (TestBackend, SlowStore) {
        try await wrapping(policy: policy) { SlowStore($0) }
    }

    /// A deployment with a wrapped store, and the wrapper.
    static func wrapping<Wrapper: Store>(
        policy: VerificationPolicy = .store, _ wrap: (any Store) -> Wrapper
    ) async throws -> (TestBackend, Wrapper) {
        let (made, make) = AsyncStream.makeStream(of: Wrapper.self)
        let backend = try await TestBackend(policy: policy) { base in
            let store = wrap(base)
            make.yield(store)
            return store
        }
        guard let store = await made.first(where: { _ in true }) else { throw StoreError.unavailable("nothing was wrapped") }
        return (backend, store)
    }
}
