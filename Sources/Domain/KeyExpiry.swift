package import FoundationEssentials

/// A place in the order of the expiries of keys.
package struct KeyExpiry: Hashable, Sendable {
    package let date: Date
    package let id: APIKey.ID

    /// - Parameter id: empty for the place before all keys of that date.
    package init(date: Date, id: APIKey.ID = "") {
        self.date = date
        self.id = id
    }
}

/// A time before the expiry of a key at which it is reported.
package enum ExpiryHorizon: Int, Hashable, Sendable, CaseIterable {
    case day = 1
    case week = 7
    case month = 30

    package var days: Int { rawValue }
    /// In seconds.
    package var time: TimeInterval { TimeInterval(days) * 86_400 }
}
