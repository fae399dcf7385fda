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
    /// What the audit trail calls the change that it makes, or an attempt at it; nil where it changes nothing.
    let change: Action.Kind?
    private let bind: @Sendable (APIPath.Resource) -> Answer?

    init<Item: Sendable>(
        _ method: HTTPRequest.Method, _ pattern: Pattern<Item>, as change: Action.Kind? = nil,
        _ answer: @escaping @Sendable (APICall, Item) async throws -> Response
    ) {
        self.method = method
        self.change = change
        path = pattern.path
        bind = { resource in
            guard let item = pattern.item(resource) else { return nil }
            return { call in try await answer(call, item) }
        }
    }

    static let all = repositories + verifications + registries + actions + users + organizations + members + robots + apiKeys

    /// The route of a method on a resource, and what answers there; a HEAD is answered like a GET.
    static func find(
        _ method: HTTPRequest.Method, _ resource: APIPath.Resource
    ) throws(RequestError) -> (route: Route, answer: Answer) {
        let bound = all.compactMap { route in route.bind(resource).map { (route: route, answer: $0) } }
        guard let found = bound.first(where: { $0.route.method == (method == .head ? .get : method) }) else {
            let item = all.first { item in item.method == method && bound.contains { item.isOfItem(in: $0.route) } }
            throw .methodNotAllowed(
                allowed: bound.flatMap { $0.route.method == .get ? ["GET", "HEAD"] : [$0.route.method.rawValue] },
                instead: item.map { "\($0.method) \($0.path)" })
        }
        return found
    }

    /// Whether the route is for one item of the collection that the other is for: `…/repository/(name)/` for `…/repository/`.
    private func isOfItem(in collection: Route) -> Bool {
        path.hasPrefix(collection.path) && path.dropFirst(collection.path.count).prefixMatch(of: /\([a-z]+\)\/$/) != nil
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
