package import Domain
import FoundationEssentials
import Storage

/// Numbers of stored objects of all namespaces, for metrics.
package struct StoredCounts: Hashable, Sendable {
    package let repositories: [Verification.State: Int]
    /// The keys that end within each time and were not renewed, counted up to ``limit``.
    package let expiringKeys: [ExpiryHorizon: Int]

    package static let limit = 10_000
}

extension Backend {
    package func storedCounts() async throws -> StoredCounts {
        let now = clock.now()
        return try await store.read(with: ServerGrant.background) { reader in
            let expiring = try ExpiryHorizon.allCases.map { horizon in
                (horizon, try reader.expiringKeyCount(after: now, until: now + horizon.time, limit: StoredCounts.limit))
            }
            return StoredCounts(repositories: try reader.repositoryCounts(), expiringKeys: Dictionary(uniqueKeysWithValues: expiring))
        }
    }
}
