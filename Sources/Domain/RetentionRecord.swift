package import FoundationEssentials

/// The stored state of the clock and of the deletion of old actions. It prevents a clock that jumps from deleting actions.
package struct RetentionRecord: Hashable, Sendable {
    /// The last time of the trusted clock. While the clock is not trusted, monotonic time is added.
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

    /// A jump of the clock.
    package struct ClockJump: Hashable, Sendable {
        /// The last time that the clock showed.
        package var seen: Date
        /// The running time of the server since then without another jump, in seconds.
        package var steady: TimeInterval

        package init(seen: Date, steady: TimeInterval) {
            self.seen = seen
            self.steady = steady
        }
    }

    /// The limit of the deletions of one hour.
    package struct Window: Hashable, Sendable {
        package let began: Date
        /// Actions that ended at this date or later are retained.
        package let ceiling: Date

        package init(began: Date, ceiling: Date) {
            self.began = began
            self.ceiling = ceiling
        }
    }
}
