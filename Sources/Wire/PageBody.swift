/// A page of a list in a response.
package struct PageBody<Object: Codable & Sendable>: Codable, Sendable {
    package var meta: Meta
    package var objects: [Object]

    package init(meta: Meta, objects: [Object]) {
        self.meta = meta
        self.objects = objects
    }

    package typealias Meta = PageMeta
}

package struct PageMeta: Codable, Hashable, Sendable {
    package var limit: Int
    /// The path and query of the next page, starting with `/api/`; nil on the last page.
    package var next: String?
    package var offset: Int
    package var previous: String?
    /// nil if more than ``totalCountOver`` objects match, or if they were not counted.
    package var totalCount: Int?
    /// The limit at which counting stopped; nil if all objects or none were counted.
    package var totalCountOver: Int?
    /// The number of objects omitted from the page because their rows were changed outside the server; nil for none.
    package var omitted: Int?

    package init(
        limit: Int, next: String?, offset: Int, previous: String?, totalCount: Int?, totalCountOver: Int? = nil,
        omitted: Int? = nil
    ) {
        self.limit = limit
        self.next = next
        self.offset = offset
        self.previous = previous
        self.totalCount = totalCount
        self.totalCountOver = totalCountOver
        self.omitted = omitted
    }

    enum CodingKeys: String, CodingKey {
        case limit, next, offset, previous, omitted
        case totalCount = "total_count"
        case totalCountOver = "total_count_over"
    }

    /// Encodes nil as `null`, which ends a client's loop over the pages.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(limit, forKey: .limit)
        try container.encode(next, forKey: .next)
        try container.encode(offset, forKey: .offset)
        try container.encode(previous, forKey: .previous)
        try container.encode(totalCount, forKey: .totalCount)
        try container.encodeIfPresent(totalCountOver, forKey: .totalCountOver)
        try container.encodeIfPresent(omitted, forKey: .omitted)
    }
}
