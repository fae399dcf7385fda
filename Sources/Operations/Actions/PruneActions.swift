package import Domain
package import FoundationEssentials
import Storage

extension Backend {
    /// Deletes a few of the actions that ended before a date, the oldest first; in small steps, between which others can write.
    ///
    /// - Returns: how many they were; fewer than the limit where no more are left.
    package func pruneActions(before date: Date, limit: Int) async throws -> Int {
        try await store.write(with: ServerGrant.background) { try $0.deleteActions(before: date, limit: limit) }
    }

    /// When the oldest action ended; nil where there is none.
    package func oldestActionEnd() async throws -> Date? {
        try await store.read(with: ServerGrant.background) { try $0.oldestActionEnd() }
    }

    /// When the newest action ended; nil where there is none.
    package func newestActionEnd() async throws -> Date? {
        try await store.read(with: ServerGrant.background) { try $0.newestActionEnd() }
    }

    /// The stored record of the clock. A store of an earlier version has the date of the newest action only.
    package func retentionRecord() async throws -> RetentionRecord? {
        try await store.read(with: ServerGrant.background) {
            try $0.retention() ?? $0.newestActionEnd().map { RetentionRecord(trusted: $0) }
        }
    }

    package func put(_ record: RetentionRecord) async throws {
        try await store.write(with: ServerGrant.background) { try $0.put(record) }
    }
}
