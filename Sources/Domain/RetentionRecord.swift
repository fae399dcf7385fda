package import FoundationEssentials

/// The server's stored knowledge of its clock and of the deletion of old actions. With it, a clock that jumps deletes nothing.
package struct RetentionRecord: Hashable, Sendable {
    /// The last time of the clock while it was trusted. While it is not, monotonic time is added to it.
    package var trusted: Date
    /// nil while the clock is trusted.
    package var jump: ClockJump?
    /// nil before the first deletion.
    package var window: Window?

    package init(trusted: Date, jump: ClockJump? = nil, window: Window? = nil) {
        self.trusted = trusted
        self.jump = jump
        self.window = window
    }

    /// A clock that jumped.
    package struct ClockJump: Hashable, Sendable {
        /// The last time that it showed.
        package var seen: Date
        /// For how long the server has run since without another jump, in seconds.
        package var steady: TimeInterval

        package init(seen: Date, steady: TimeInterval) {
            self.seen = seen
            self.steady = steady
        }
    }

    /// The limit of one hour's deletions.
    package struct Window: Hashable, Sendable {
        package let began: Date
        /// Actions that ended at this date or later are kept.
        package let ceiling: Date

        package init(began: Date, ceiling: Date) {
            self.began = began
            self.ceiling = ceiling
        }
    }
}
