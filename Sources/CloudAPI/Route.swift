import Domain
import HTTPTypes
import Hummingbird
import Wire

/// One line of the API: a method, the paths that it is for, and what answers. ``Route/all`` is the whole API; what is
/// allowed where, and what is not, follows from it.
struct Route: Sendable {
    typealias Answer = @Sendable (APICall) async throws -> Response

    let method: HTTPRequest.Method
    let path: String
    private let bind: @Sendable (APIPath.Resource) -> Answer?

    init<Item: Sendable>(
        _ method: HTTPRequest.Method, _ pattern: Pattern<Item>,
        _ answer: @escaping @Sendable (APICall, Item) async throws -> Response
    ) {
        self.method = method
        path = pattern.path
        bind = { resource in
            guard let item = pattern.item(resource) else { return nil }
            return { call in try await answer(call, item) }
        }
    }

    static let all = repositories + verifications + registries + actions

    /// What answers a method on a resource; a HEAD is answered like a GET.
    static func answer(_ method: HTTPRequest.Method, _ resource: APIPath.Resource) throws(Fault) -> Answer {
        let bound = all.compactMap { route in route.bind(resource).map { (route.method, $0) } }
        guard let (_, answer) = bound.first(where: { $0.0 == (method == .head ? .get : method) }) else {
            throw .methodNotAllowed(allowed: bound.flatMap { $0.0 == .get ? ["GET", "HEAD"] : [$0.0.rawValue] })
        }
        return answer
    }
}

/// The paths of one kind of resource, and how the item that such a path names is had from it.
struct Pattern<Item: Sendable>: Sendable {
    let path: String
    let item: @Sendable (APIPath.Resource) -> Item?

    init(_ path: String, _ item: @escaping @Sendable (APIPath.Resource) -> Item?) {
        self.path = path
        self.item = item
    }
}
