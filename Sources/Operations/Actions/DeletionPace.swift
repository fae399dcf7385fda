package import Domain
package import FoundationEssentials

/// Decides how far the deletion of old actions goes: at most one day's worth of them in an hour, so that a wrong clock or a short
/// retention set by mistake is noticed before much is gone.
package struct DeletionPace: Sendable {
    /// How much may be deleted in an ``interval``, counted from the oldest action.
    static let step: TimeInterval = 86_400
    static let interval: TimeInterval = 3600

    /// For how long actions are kept, in seconds.
    let retention: TimeInterval

    package init(retention: TimeInterval) {
        self.retention = retention
    }

    /// - Parameters:
    ///   - oldest: when the oldest action ended.
    ///   - window: the last one.
    /// - Returns: the window that holds now; nil where no action is old enough.
    package func window(for oldest: Date, at now: Date, after window: RetentionRecord.Window?) -> RetentionRecord.Window? {
        guard oldest < now - retention else { return nil }
        if let window, abs(now.timeIntervalSince(window.began)) < Self.interval { return window }
        return RetentionRecord.Window(began: now, ceiling: oldest + Self.step)
    }

    /// Actions that ended before it are deleted.
    ///
    /// - Parameter newest: when the newest action ended, where the clock alone is not to be trusted: actions must be old beside that as well.
    package func cutOff(in window: RetentionRecord.Window, at now: Date, newest: Date?) -> Date {
        min(window.ceiling, now - retention, newest.map { $0 - retention + Self.step } ?? .distantFuture)
    }
}
