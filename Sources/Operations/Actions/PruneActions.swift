package import FoundationEssentials
import Storage

extension Backend {
    /// Forgets a few of the actions that ended longer ago than that; in small steps, between which others can write.
    ///
    /// - Returns: how many they were; fewer than the limit where no more are left.
    package func pruneActions(olderThan age: TimeInterval, limit: Int) async throws -> Int {
        let date = clock.now() - age
        return try await store.write { try $0.deleteActions(before: date, limit: limit) }
    }
}
