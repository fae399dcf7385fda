package import FoundationEssentials

/// The stored state of the clock and of the deletion of old actions. It prevents a clock that jumps from deleting actions.
package struct RetentionRecord: Hashable, Sendable {
    /// The time by which actions are deleted. It advances with monotonic time while a server runs.
    package var trusted: Date
    /// The time that the wall clock claims.
    package var claim: Claim
    /// Whether the clock was steady for a day, or an administrator confirmed it, and it did not jump since.
    package var isSteady: Bool
    /// The total time that servers have run with this data, in seconds of monotonic time.
    package var ran: TimeInterval
    /// nil before the first deletion.
    package var window: Window?

    /// - Parameter claim: nil if the clock claims the trusted time.
    package init(trusted: Date, claim: Claim? = nil, isSteady: Bool = false, ran: TimeInterval = 0, window: Window? = nil) {
        self.trusted = trusted
        self.claim = claim ?? Claim(expected: trusted, steady: 0)
        self.isSteady = isSteady
        self.ran = ran
        self.window = window
    }

    /// The time of the wall clock since its last jump.
    package struct Claim: Hashable, Sendable {
        /// The time that the clock would show if it had advanced like monotonic time.
        package var expected: Date
        /// The time that servers have run since, in seconds of monotonic time.
        package var steady: TimeInterval

        package init(expected: Date, steady: TimeInterval) {
            self.expected = expected
            self.steady = steady
        }
    }

    /// The limit of the deletions of one hour.
    package struct Window: Hashable, Sendable {
        /// The total running time of the servers at the start of the hour.
        package let began: TimeInterval
        /// Actions that ended at this date or later are retained.
        package let ceiling: Date

        package init(began: TimeInterval, ceiling: Date) {
            self.began = began
            self.ceiling = ceiling
        }
    }
}
