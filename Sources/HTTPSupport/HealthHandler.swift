import Domain
import HTTPTypes
package import Hummingbird
package import Storage

/// `/healthz`: the process answers. `/readyz`: it can also read its data. Neither asks who is calling.
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
