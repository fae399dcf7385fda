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

/// A part of a list, and how many items the whole list has, if they were counted.
package struct Listing<Item: Sendable>: Sendable {
    package let items: [Item]
    /// nil where more items match a filter than are counted, ``countLimit``.
    package let total: Int?
    /// How many items of the page were left out, because their rows do not verify.
    package let omitted: Int
    /// Whether items follow that the page has no room for; nil where that follows from the total.
    private let hasMore: Bool?

    /// The number at which the count of a filter's items stops.
    package static var countLimit: Int { 10_000 }

    package static var empty: Listing { Listing(items: [], total: 0) }

    package init(items: [Item], total: Int, omitted: Int = 0) {
        self.init(items: items, total: total, omitted: omitted, hasMore: nil)
    }

    /// - Parameter count: how many items the list has, of which those of a filter are counted up to the first beyond ``countLimit``.
    package init(items: [Item], count: Int, isExact: Bool, hasMore: Bool, omitted: Int = 0) {
        self.init(items: items, total: isExact || count <= Self.countLimit ? count : nil, omitted: omitted, hasMore: hasMore)
    }

    private init(items: [Item], total: Int?, omitted: Int, hasMore: Bool?) {
        self.items = items
        self.total = total
        self.omitted = omitted
        self.hasMore = hasMore
    }

    /// Whether items follow those of a page.
    package func hasMore(behind page: Page) -> Bool { hasMore ?? (page.offset + items.count + omitted < (total ?? 0)) }

    package func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Listing<Other> {
        Listing<Other>(items: try items.map(transform), total: total, omitted: omitted, hasMore: hasMore)
    }
}
