/// A part of a list, as responses carry it.
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
    /// The path, with the query, of the next page; begins with `/api/`. nil on the last page.
    package var next: String?
    package var offset: Int
    package var previous: String?
    /// nil where more than ``totalCountOver`` objects match, which are not counted.
    package var totalCount: Int?
    /// Where counting stopped; nil where all were counted.
    package var totalCountOver: Int?
    /// How many objects of the page were left out, because something else than the server changed their rows; nil for none.
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

    /// Written out for the sake of `null`, which ends a client's loop over the pages.
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
