/// The requested part of a list.
package struct Page: Hashable, Sendable {
    package static let defaultLimit = 25
    package static let maximumLimit = 1000
    /// The shortest page, to read only the total.
    package static let first = Page(limit: 1, start: 0)

    /// 1 to 1000; a limit of 0 or above 1000 means 1000.
    package let limit: Int
    package let offset: Int

    /// Returns nil for negative numbers.
    package init?(limit: Int = Page.defaultLimit, offset: Int = 0) {
        guard limit >= 0, offset >= 0 else { return nil }
        self.init(limit: limit == 0 ? Page.maximumLimit : min(limit, Page.maximumLimit), start: offset)
    }

    private init(limit: Int, start: Int) {
        self.limit = limit
        offset = start
    }
}

/// A part of a list, with the total of the whole list if it was counted.
package struct Listing<Item: Sendable>: Sendable {
    package let items: [Item]
    /// nil if more than ``countLimit`` items match a filter, or if they were not counted.
    package let total: Int?
    /// A number that the total exceeds; nil if the total is known, and if nothing was counted.
    package let totalOver: Int?
    /// The number of items omitted from the page because their rows do not verify.
    package let omitted: Int
    /// The value of `after` with which the next page starts; nil if the list has no such parameter. It is that of the last item of the page,
    /// which may be an omitted one, or that of the last item that was read for it.
    package let cursor: String?
    /// Whether items follow the page; nil if the total determines it.
    private let hasMore: Bool?

    /// The number of matching items at which counting stops.
    package static var countLimit: Int { 10_000 }

    package static var empty: Listing { Listing(items: [], total: 0) }

    package init(items: [Item], total: Int, omitted: Int = 0) {
        self.init(items: items, total: total, over: nil, omitted: omitted, cursor: nil, hasMore: nil)
    }

    /// - Parameter count: the number of items in the list; for a filter, counted up to ``countLimit`` plus one; nil if they were not counted.
    package init(items: [Item], count: Int?, isExact: Bool, hasMore: Bool, omitted: Int = 0, cursor: String?) {
        let isOver = !isExact && count ?? 0 > Self.countLimit
        self.init(
            items: items, total: isOver ? nil : count, over: isOver ? Self.countLimit : nil, omitted: omitted, cursor: cursor,
            hasMore: hasMore)
    }

    private init(items: [Item], total: Int?, over: Int?, omitted: Int, cursor: String?, hasMore: Bool?) {
        self.items = items
        self.total = total
        totalOver = over
        self.omitted = omitted
        self.cursor = cursor
        self.hasMore = hasMore
    }

    /// The same listing with further omitted items, which have no place in the list.
    package func omitting(_ number: Int) -> Listing {
        Listing(items: items, total: total, over: totalOver, omitted: omitted + number, cursor: cursor, hasMore: hasMore)
    }

    /// Whether items follow the page.
    package func hasMore(behind page: Page) -> Bool { hasMore ?? (page.offset + items.count + omitted < (total ?? 0)) }

    package func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Listing<Other> {
        Listing<Other>(items: try items.map(transform), total: total, over: totalOver, omitted: omitted, cursor: cursor, hasMore: hasMore)
    }
}
