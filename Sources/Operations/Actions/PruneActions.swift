package import Domain
package import FoundationEssentials
import Storage

extension Backend {
    /// Deletes at most `limit` actions that ended before a date, oldest first. Small batches let other writes proceed in between.
    ///
    /// - Returns: the number of deleted actions; below the limit if none are left.
    package func pruneActions(before date: Date, limit: Int) async throws -> Int {
        try await store.write(with: ServerGrant.background) { try $0.deleteActions(before: date, limit: limit) }
    }

    /// The end of the oldest action; nil if there is none.
    package func oldestActionEnd() async throws -> Date? {
        try await store.read(with: ServerGrant.background) { try $0.oldestActionEnd() }
    }

    /// The end of the newest action; nil if there is none.
    package func newestActionEnd() async throws -> Date? {
        try await store.read(with: ServerGrant.background) { try $0.newestActionEnd() }
    }

    /// The stored record of the clock. For a store of an earlier version, the date of the newest action is used.
    package func retentionRecord() async throws -> RetentionRecord? {
        try await store.read(with: ServerGrant.background) {
            try $0.retention() ?? $0.newestActionEnd().map { RetentionRecord(trusted: $0) }
        }
    }

    package func put(_ record: RetentionRecord) async throws {
        try await store.write(with: ServerGrant.background) { try $0.put(record) }
    }
}

/// Limits the deletion of old actions to one day's worth per hour of running time, so that a wrong clock or a mistaken retention setting is
/// noticed before much is lost.
package struct DeletionPace: Sendable {
    /// The span of actions that may be deleted per ``interval``, from the oldest action on.
    static let step: TimeInterval = 86_400
    static let interval: TimeInterval = 3600

    /// The retention time of actions, in seconds.
    let retention: TimeInterval

    package init(retention: TimeInterval) {
        self.retention = retention
    }

    /// - Parameters:
    ///   - oldest: the end of the oldest action.
    ///   - now: the time by which actions are deleted.
    ///   - ran: the total time that servers have run, in seconds.
    ///   - window: the previous window.
    /// - Returns: the current window; nil if no action is old enough.
    package func window(
        for oldest: Date, at now: Date, ran: TimeInterval, after window: RetentionRecord.Window?
    ) -> RetentionRecord.Window? {
        guard oldest < now - retention else { return nil }
        if let window, abs(ran - window.began) < Self.interval { return window }
        return RetentionRecord.Window(began: ran, ceiling: oldest + Self.step)
    }

    /// Whether actions may be deleted although the clock is not steady: not if even the newest one is old.
    package func allowsDeletions(newest: Date, at wall: Date) -> Bool { newest >= wall - retention }

    /// The end before which actions are deleted.
    ///
    /// - Parameter newest: the end of the newest action, if the clock is not steady. Actions must then be old relative to it as well.
    package func cutOff(in window: RetentionRecord.Window, at now: Date, newest: Date?) -> Date {
        min(window.ceiling, now - retention, newest.map { $0 - retention } ?? .distantFuture)
    }
}
