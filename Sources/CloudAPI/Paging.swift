import Domain
import FoundationEssentials
import HTTPSupport
import Hummingbird
import Wire

extension Listing {
    /// The query parameters of every list.
    static var parameters: [String] { ["limit", "offset"] }

    /// Renders the page with links to the next and the previous one: the requested path and filters with another offset.
    /// In lists with a cursor, the next page starts after the last item of this one. Its link also has the offset, for clients that count.
    func response<Body: Codable & Sendable>(page: Page, of call: APICall, _ body: (Item) -> Body) -> Response {
        let target = call.call.target
        let next = target.path(offset: page.offset + page.limit, limit: page.limit, after: cursor)
        let previous = target.path(offset: max(0, page.offset - page.limit), limit: page.limit, after: nil)
        let meta = PageMeta(
            limit: page.limit, next: hasMore(behind: page) ? next : nil, offset: page.offset, previous: page.offset > 0 ? previous : nil,
            totalCount: total, totalCountOver: total == nil ? Self.countLimit : nil, omitted: omitted == 0 ? nil : omitted)
        return Response(status: .ok, body: PageBody(meta: meta, objects: items.map(body)))
    }
}

extension Target {
    fileprivate func path(offset: Int, limit: Int, after: String?) -> String {
        "\(path)?\(query.text(setting: ["limit": "\(limit)", "offset": "\(offset)", "after": after]))"
    }
}
