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
    /// nil if more than ``countLimit`` items match a filter.
    package let total: Int?
    /// The number of items omitted from the page because their rows do not verify.
    package let omitted: Int
    /// The value of `after` with which the next page starts; nil if the list has no such parameter. It is that of the last item of the page,
    /// which may be an omitted one.
    package let cursor: String?
    /// Whether items follow the page; nil if the total determines it.
    private let hasMore: Bool?

    /// The number of matching items at which counting stops.
    package static var countLimit: Int { 10_000 }

    package static var empty: Listing { Listing(items: [], total: 0) }

    package init(items: [Item], total: Int, omitted: Int = 0) {
        self.init(items: items, total: total, omitted: omitted, cursor: nil, hasMore: nil)
    }

    /// - Parameter count: the number of items in the list; for a filter, counted up to ``countLimit`` plus one.
    package init(items: [Item], count: Int, isExact: Bool, hasMore: Bool, omitted: Int = 0, cursor: String?) {
        let total = isExact || count <= Self.countLimit ? count : nil
        self.init(items: items, total: total, omitted: omitted, cursor: cursor, hasMore: hasMore)
    }

    private init(items: [Item], total: Int?, omitted: Int, cursor: String?, hasMore: Bool?) {
        self.items = items
        self.total = total
        self.omitted = omitted
        self.cursor = cursor
        self.hasMore = hasMore
    }

    /// Whether items follow the page.
    package func hasMore(behind page: Page) -> Bool { hasMore ?? (page.offset + items.count + omitted < (total ?? 0)) }

    package func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Listing<Other> {
        Listing<Other>(items: try items.map(transform), total: total, omitted: omitted, cursor: cursor, hasMore: hasMore)
    }
}
