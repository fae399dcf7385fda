package import Domain
package import HTTPTypes
package import Hummingbird
package import Storage
import Wire

/// One of the HTTP interfaces on the server's address: the API, the gateway, the pages.
package protocol RequestHandler: Sendable {
    /// For metrics.
    var interface: ServedInterface { get }
    /// Whether this handler serves the path.
    func handles(_ path: String) -> Bool
    func respond(to call: Call) async throws -> Answer
    /// Responds to a request that was rejected because of its target, and renders errors that the handler threw.
    func response(to error: ResponseError, of request: RefusedRequest) -> Response
    /// The body of an error, in the format of the interface.
    func body(of error: ResponseError) -> any Encodable
}

extension RequestHandler {
    package var interface: ServedInterface { .other }
    package func response(to error: ResponseError, of request: RefusedRequest) -> Response { Response(error, body: body(of: error)) }
    package func body(of error: ResponseError) -> any Encodable { ErrorBody(error) }
}

extension [any RequestHandler] {
    /// The handler of a path; nil if there is none.
    func handler(of path: String) -> (any RequestHandler)? { first { $0.handles(path) } }

    /// The body of an error that is reported before the request reaches a handler.
    ///
    /// - Parameter path: nil if it is not known.
    func body(of error: ResponseError, at path: String?) -> any Encodable {
        path.flatMap(handler)?.body(of: error) ?? ErrorBody(error)
    }
}

/// The response to a request, and the identity of its caller; nil if it was not authenticated.
package struct Answer: Sendable {
    package var response: Response
    package let identity: Identity?

    package init(_ response: Response, identity: Identity? = nil) {
        self.response = response
        self.identity = identity
    }
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
    package let interface = ServedInterface.health
    private let store: any Store

    package init(store: any Store) {
        self.store = store
    }

    package func handles(_ path: String) -> Bool { Self.isPath(path) }

    static func isPath(_ path: some StringProtocol) -> Bool { path == "/healthz" || path == "/readyz" }

    package func respond(to call: Call) async throws -> Answer {
        try call.target.query.refuseMalformed()
        guard call.method == .get || call.method == .head else { throw ResponseError.methodNotAllowed(allowed: ["GET", "HEAD"]) }
        if call.target.path == "/readyz" {
            guard try await store.read({ try $0.deployment() }) != nil else { throw RequestError.unavailable("The server has no data") }
        }
        return Answer(Response(status: .ok, body: ["status": "ok"]))
    }
}
