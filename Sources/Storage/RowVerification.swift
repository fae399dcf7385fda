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

/// The name of an authenticated row, as used in commands and logs: `apikey:abcdefghijkl`.
package struct RowName: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case account, apikey, membership, registry, repository
        /// A sealed credential, which is authenticated by its seal and cannot be signed.
        case credential

        /// The noun for sentences.
        package var noun: String { self == .apikey ? "API key" : rawValue }
    }

    package let kind: Kind
    package let id: String

    package init(_ kind: Kind, _ id: String) {
        self.kind = kind
        self.id = id
    }

    /// Parses ``description``.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
        self.init(kind, String(parts[1]))
    }

    package var description: String { "\(kind.rawValue):\(id)" }
}

/// A stored row that does not verify.
package struct UnverifiedRow: Hashable, Sendable {
    package let name: RowName
    /// The authenticated values in human-readable form; nil if they cannot be read.
    package let content: String?

    package init(name: RowName, content: String?) {
        self.name = name
        self.content = content
    }
}
