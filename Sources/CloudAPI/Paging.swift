import Domain
import FoundationEssentials
import HTTPSupport
import Hummingbird
import Wire

extension Listing {
    /// The query parameters that every list has.
    static var parameters: [String] { ["limit", "offset"] }

    /// The page as a response, with the paths of its neighbours: the path that was called, its filters, another offset.
    func response<Body: Codable & Sendable>(page: Page, of call: APICall, _ body: (Item) -> Body) -> Response {
        let path = { (offset: Int) in call.call.target.path(offset: offset, limit: page.limit) }
        let meta = PageMeta(
            limit: page.limit, next: page.offset + page.limit < total ? path(page.offset + page.limit) : nil, offset: page.offset,
            previous: page.offset > 0 ? path(max(0, page.offset - page.limit)) : nil, totalCount: total)
        return Response(status: .ok, body: PageBody(meta: meta, objects: items.map(body)))
    }
}

extension Target {
    fileprivate func path(offset: Int, limit: Int) -> String {
        "\(path)?\(query.text(setting: ["limit": "\(limit)", "offset": "\(offset)"]))"
    }
}
