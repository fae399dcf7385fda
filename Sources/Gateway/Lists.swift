import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Naming
import Operations
import RegistryClient

extension GatewayHandler {
    /// The repositories of the caller's own namespace that it may pull.
    func catalog(_ call: Call, by caller: Caller) async throws -> Response {
        let query = call.target.query
        let limit = query["n"].flatMap(Int.init) ?? Page.defaultCatalog
        guard limit > 0, let page = Page(limit: limit) else {
            throw GatewayError(status: 400, code: "PAGINATION_NUMBER_INVALID", message: "n must be at least 1")
        }
        let filter = RepositoryFilter(after: query["last"].flatMap { GatewayName(parsing: $0)?.repository })
        let listing = try await call.whileClientIsConnected { [backend] in
            try await backend.listPullable(where: filter, page: page, by: caller)
        }
        let names = listing.items.map { GatewayName(namespace: nil, repository: $0.name).description }
        var headers = HTTPFields()
        // The last repository of the page may be omitted from it.
        let end = listing.cursor.flatMap { try? RepositoryName(parsing: $0) }
        if listing.hasMore(behind: page), let last = end.map({ GatewayName(namespace: nil, repository: $0).description }) {
            headers[.link] = "</v2/_catalog?last=\(last)&n=\(page.limit)>; rel=\"next\""
        }
        return Response(status: .ok, body: ["repositories": names], headers: headers)
    }
}

extension Page {
    fileprivate static let defaultCatalog = 100
}

// Listing tags and referrers.
extension RepositoryProxy {
    /// Requests a list page by page, as the registry divides it.
    ///
    /// - Parameter parameters: the query parameters of the specification that the registry receives.
    func list(_ resource: String, _ parameters: [String]) async throws -> Response {
        let request = UpstreamRequest(.get, try target(resource, parameters), fields: fields([.accept]), rights: .pull)
        let response = try await self.request(request)
        guard [200, 203].contains(response.status) else {
            throw GatewayError.unexpected(response, from: try await upstreamRepository())
        }
        var headers = response.fields(HeaderPolicy.ofContents)
        if let next = try response.nextPage(of: try await upstreamRepository()) {
            guard let token = locationToken(list: resource).text(for: next) else {
                throw GatewayError.upstream("The registry's response has a Link to another repository")
            }
            headers[.link] = "<\(path(resource))?\(Self.pageParameter)=\(token)>; rel=\"next\""
        }
        let isNamed = resource == Self.tags && headers[.contentEncoding] == nil
        return isNamed ? named(response, headers) : forward(response, headers: headers)
    }

    static let tags = "tags/list"

    /// The registry's own link to the next page, encrypted.
    private static let pageParameter = "page"

    private func target(_ resource: String, _ parameters: [String]) throws -> UpstreamRequest.Target {
        if let token = call.target.query[Self.pageParameter] {
            guard let location = locationToken(list: resource).location(of: token) else {
                throw GatewayError(
                    status: 400, code: "PAGINATION_NUMBER_INVALID",
                    message: "The parameter 'page' is not from a Link of this list. Begin with the first page.")
            }
            return .location(location)
        }
        let query = call.target.query.text(of: parameters)
        return .resource(resource + (query.isEmpty ? "" : "?\(query)"))
    }

    /// Forwards a list of tags under the name that the client used. Its length is not announced, because it is unknown until the registry's
    /// name for the repository has been read.
    private func named(_ response: UpstreamResponse, _ headers: HTTPFields) -> Response {
        let body = streaming(nil) { [self, name = listName] writer in
            var beginning: ByteBuffer? = ByteBuffer()
            func write(_ part: ByteBuffer) async throws {
                context.counters.pulled(part.readableBytes)
                try await writer.write(part)
            }
            do {
                try await response.body.pass(length: response.length, digest: nil) { part in
                    guard var collected = beginning else { return try await write(part) }
                    collected.writeImmutableBuffer(part)
                    beginning = collected.readableBytes < Self.beginningLimit ? collected : nil
                    if beginning == nil { try await write(NameRewriter.naming(collected, name, isWhole: false)) }
                }
            } catch {
                noteBreak(error, .ok)
                throw error
            }
            if let beginning { try await write(NameRewriter.naming(beginning, name, isWhole: true)) }
            try await writer.finish()
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// The repository's name in the path of the request.
    private var listName: String { String(call.target.path.dropFirst("/v2/".count).dropLast("/\(Self.tags)".count)) }

    /// In bytes. The name is at the beginning of a list.
    private static let beginningLimit = 64 << 10
}
