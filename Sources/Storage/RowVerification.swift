import Synchronization

/// Computes the codes of rows with a key that is not in the database.
package protocol RowAuthenticator: Sendable {
    func code(of row: [UInt8]) -> [UInt8]
    func isValid(_ code: [UInt8], of row: [UInt8]) -> Bool
}

/// Verifies the rows of a store. Authenticated rows can be neither read nor written before ``use(_:)``.
package final class RowVerification: Sendable {
    private struct State {
        var authenticator: (any RowAuthenticator)?
        var failures: [RowName] = []
    }

    private let state = Mutex(State())
    private let hasFailures = Atomic(false)

    /// Further failures are reported later.
    private static let capacity = 1_000

    package init() {}

    package func use(_ authenticator: any RowAuthenticator) { state.withLock { $0.authenticator = authenticator } }

    package func authenticator() throws(StoreError) -> any RowAuthenticator {
        guard let authenticator = state.withLock({ $0.authenticator }) else {
            throw .unavailable("its rows cannot be verified before the deployment's secret is opened")
        }
        return authenticator
    }

    /// Notes a row that did not verify.
    package func note(_ row: RowName) {
        state.withLock { if $0.failures.count < Self.capacity, !$0.failures.contains(row) { $0.failures.append(row) } }
        hasFailures.store(true, ordering: .releasing)
    }

    /// The rows that did not verify since the last call.
    package func takeFailures() -> [RowName] {
        guard hasFailures.load(ordering: .relaxed), hasFailures.exchange(false, ordering: .acquiringAndReleasing) else { return [] }
        return state.withLock { state in
            defer { state.failures = [] }
            return state.failures
        }
    }
}
