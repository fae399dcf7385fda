import Domain
import FoundationEssentials
import HTTPSupport
import Hummingbird
import Wire

extension Listing {
    /// Renders the page with links to the next and the previous one: the requested path and filters with another offset.
    /// The next page starts after the last item of this one. Its link also has the offset, for clients that count.
    func response<Body: Codable & Sendable>(page: Page, of call: APICall, _ body: (Item) -> Body) -> Response {
        let target = call.call.target
        let next = target.path(offset: page.offset + page.limit, limit: page.limit, after: cursor)
        let previous = target.path(offset: max(0, page.offset - page.limit), limit: page.limit, after: nil)
        let meta = PageMeta(
            limit: page.limit, next: hasMore(behind: page) ? next : nil, offset: page.offset, previous: page.offset > 0 ? previous : nil,
            totalCount: total, totalCountOver: totalOver, omitted: omitted == 0 ? nil : omitted)
        return Response(status: .ok, body: PageBody(meta: meta, objects: items.map(body)))
    }
}

extension Query {
    /// The parameters of every list.
    static let page = ["limit", "offset", "after"]

    /// Reads `after`, the cursor of a list.
    ///
    /// - Parameter item: the expected value, for the error.
    func cursor<Value>(_ item: String, _ parse: (String) -> Value?) throws(RequestError) -> Value? {
        guard let text = self["after"] else { return nil }
        guard let value = parse(text) else { throw .invalid("after must be \(item)") }
        return value
    }
}

extension Target {
    fileprivate func path(offset: Int, limit: Int, after: String?) -> String {
        "\(path)?\(query.text(setting: ["limit": "\(limit)", "offset": "\(offset)", "after": after]))"
    }
}
