package import Domain
package import HTTPTypes
package import Hummingbird
package import Storage

/// One of the HTTP interfaces on the server's address: the API, the gateway, the pages.
package protocol RequestHandler: Sendable {
    /// Whether this handler serves the path.
    func handles(_ path: String) -> Bool
    func respond(to call: Call) async throws -> Response
    /// Responds to a request that was rejected because of its target, and renders errors that the handler threw.
    func response(to error: RequestError, of request: RefusedRequest) -> Response
}

extension RequestHandler {
    package func response(to error: RequestError, of request: RefusedRequest) -> Response { Response(error) }
}

/// A request that was rejected before it became a ``Call``.
package struct RefusedRequest: Sendable {
    /// The raw path.
    package let path: String
    package let headers: HTTPFields
    /// The request's `Host`.
    package let host: String?
}

/// `/healthz`: the process responds. `/readyz`: it can also read its data. Neither requires authentication.
package struct HealthHandler: RequestHandler {
    private let store: any Store

    package init(store: any Store) {
        self.store = store
    }

    package func handles(_ path: String) -> Bool { Self.isPath(path) }

    static func isPath(_ path: some StringProtocol) -> Bool { path == "/healthz" || path == "/readyz" }

    package func respond(to call: Call) async throws -> Response {
        guard call.method == .get || call.method == .head else { throw RequestError.methodNotAllowed(allowed: ["GET", "HEAD"]) }
        if call.target.path == "/readyz" {
            guard try await store.read({ try $0.deployment() }) != nil else { throw RequestError.unavailable("The server has no data") }
        }
        return Response(status: .ok, body: ["status": "ok"])
    }
}
