/// Which part of a list is asked for.
package struct Page: Hashable, Sendable {
    package static let defaultLimit = 25
    package static let maximumLimit = 1000
    /// The shortest one, where a total is all that is asked for.
    package static let first = Page(limit: 1, start: 0)

    /// 1 to 1000; a limit of 0 or above 1000 means 1000.
    package let limit: Int
    package let offset: Int

    /// Negative numbers are no page.
    package init?(limit: Int = Page.defaultLimit, offset: Int = 0) {
        guard limit >= 0, offset >= 0 else { return nil }
        self.init(limit: limit == 0 ? Page.maximumLimit : min(limit, Page.maximumLimit), start: offset)
    }

    private init(limit: Int, start: Int) {
        self.limit = limit
        offset = start
    }
}

/// A part of a list, and how many items the whole list has.
package struct Listing<Item: Sendable>: Sendable {
    package let items: [Item]
    package let total: Int

    package init(items: [Item], total: Int) {
        self.items = items
        self.total = total
    }

    package func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Listing<Other> {
        Listing<Other>(items: try items.map(transform), total: total)
    }
}
