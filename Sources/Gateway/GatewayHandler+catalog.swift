import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import Operations
import RegistryClient

extension GatewayHandler {
    /// The repositories that the caller may pull, of the namespace that is its own.
    func catalog(_ call: Call, by caller: Caller) async throws -> Response {
        let query = call.target.query
        let limit = query["n"].flatMap(Int.init) ?? Page.defaultCatalog
        guard limit > 0, let page = Page(limit: limit) else {
            throw GatewayError(status: 400, code: "PAGINATION_NUMBER_INVALID", message: "n must be at least 1")
        }
        let filter = RepositoryFilter(after: query["last"].flatMap { GatewayName(parsing: $0)?.repository })
        let listing = try await call.whileClientIsThere { [backend] in try await backend.listPullable(where: filter, page: page, by: caller)
        }
        let names = listing.items.map { GatewayName(namespace: nil, repository: $0.name).description }
        var headers = HTTPFields()
        if listing.hasMore(behind: page), let last = names.last {
            headers[.link] = "</v2/_catalog?last=\(last)&n=\(page.limit)>; rel=\"next\""
        }
        return Response(status: .ok, body: ["repositories": names], headers: headers)
    }
}

extension Page {
    fileprivate static let defaultCatalog = 100
}
