import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import Wire

/// A route of the API: a method, a path pattern and a handler. ``Route/all`` is the whole API. The 405 responses are derived from it.
struct Route: Sendable {
    typealias Handler = @Sendable (APICall) async throws -> Response

    let method: HTTPRequest.Method
    let path: String
    /// The action kind of a change, for the audit trail; nil for a route that changes nothing.
    let change: Action.Kind?
    /// The names of the query parameters.
    let parameters: [String]
    private let bind: @Sendable (APIPath.Resource) -> Handler?

    init<Item: Sendable>(
        _ method: HTTPRequest.Method, _ pattern: Pattern<Item>, as change: Action.Kind? = nil, query parameters: [String] = [],
        _ handler: @escaping @Sendable (APICall, Item) async throws -> Response
    ) {
        self.method = method
        self.change = change
        self.parameters = parameters
        path = pattern.path
        bind = { resource in
            guard let item = pattern.item(resource) else { return nil }
            return { call in try await handler(call, item) }
        }
    }

    /// Whether the response is a list, which may take long to read.
    var isList: Bool { Query.page.allSatisfy(parameters.contains) }

    static let all =
        repositories + verifications + registries + actions + users + organizations + members + robots + services + agents + apiKeys

    /// Finds the route for a method and a resource, and its handler. HEAD is handled like GET.
    static func find(
        _ method: HTTPRequest.Method, _ resource: APIPath.Resource
    ) throws(ResponseError) -> (route: Route, handler: Handler) {
        let bound = all.compactMap { route in route.bind(resource).map { (route: route, handler: $0) } }
        guard let found = bound.first(where: { $0.route.method == (method == .head ? .get : method) }) else {
            let item = all.first { item in item.method == method && bound.contains { item.isOfItem(in: $0.route) } }
            throw .methodNotAllowed(
                allowed: bound.flatMap { $0.route.method == .get ? ["GET", "HEAD"] : [$0.route.method.rawValue] },
                instead: item.map { "\($0.method) \($0.path)" })
        }
        return found
    }

    /// Whether the route's path is one item of the other route's collection: `…/repository/(name)/` in `…/repository/`.
    private func isOfItem(in collection: Route) -> Bool {
        path.hasPrefix(collection.path) && path.dropFirst(collection.path.count).prefixMatch(of: /\([a-z]+\)\/$/) != nil
    }
}

/// A path template with a typed parameter.
struct Pattern<Item: Sendable>: Sendable {
    let path: String
    let item: @Sendable (APIPath.Resource) -> Item?

    init(_ path: String, _ item: @escaping @Sendable (APIPath.Resource) -> Item?) {
        self.path = path
        self.item = item
    }
}

extension Pattern<Void> {
    static var repositories: Self {
        Self("/api/repo/v1/[namespace/]repository/") { if case .repositories = $0 { () } else { nil } }
    }

    static var registries: Self {
        Self("/api/repo/v1/[namespace/]registry/") { if case .registries = $0 { () } else { nil } }
    }

    static var verifications: Self {
        Self("/api/repo/v1/[namespace/]verification/") { if case .verifications = $0 { () } else { nil } }
    }

    static var actions: Self {
        Self("/api/audit/v1/[namespace/]action/") { if case .actions = $0 { () } else { nil } }
    }

    static var users: Self {
        Self("/api/account/v1/user/") { if case .users = $0 { () } else { nil } }
    }

    static var organizations: Self {
        Self("/api/account/v1/organization/") { if case .organizations = $0 { () } else { nil } }
    }

    static var robots: Self {
        Self("/api/account/v1/[namespace/]robot/") { if case .robots = $0 { () } else { nil } }
    }

    static var services: Self {
        Self("/api/app/v1/[namespace/]service/") { if case .services = $0 { () } else { nil } }
    }

    static var agents: Self {
        Self("/api/app/v1/[namespace/]agent/") { if case .agents = $0 { () } else { nil } }
    }

    static var apiKeys: Self {
        Self("/api/account/v1/apikey/") { if case .apiKeys = $0 { () } else { nil } }
    }
}

extension Pattern<RepositoryName> {
    static var repository: Self {
        Self("/api/repo/v1/[namespace/]repository/(name)/") { if case .repository(let name) = $0 { name } else { nil } }
    }
}

extension Pattern<RegistryAuthority> {
    static var registry: Self {
        Self("/api/repo/v1/[namespace/]registry/(host)/") { if case .registry(let authority) = $0 { authority } else { nil } }
    }
}

extension Pattern<UUID> {
    static var action: Self {
        Self("/api/audit/v1/[namespace/]action/(uuid)/") { if case .action(let id) = $0 { id } else { nil } }
    }

    static var service: Self {
        Self("/api/app/v1/[namespace/]service/(uuid)/") { if case .service(let id) = $0 { id } else { nil } }
    }

    static var agent: Self {
        Self("/api/app/v1/[namespace/]agent/(uuid)/") { if case .agent(let id) = $0 { id } else { nil } }
    }
}

extension Pattern<NamespaceName> {
    static var user: Self {
        Self("/api/account/v1/user/(name)/") { if case .user(let name) = $0 { name } else { nil } }
    }

    static var organization: Self {
        Self("/api/account/v1/organization/(name)/") { if case .organization(let name) = $0 { name } else { nil } }
    }

    static var members: Self {
        Self("/api/account/v1/organization/(name)/member/") { if case .members(let organization) = $0 { organization } else { nil } }
    }
}

extension Pattern<(name: NamespaceName, organization: NamespaceName)> {
    static var member: Self {
        Self("/api/account/v1/organization/(name)/member/(user)/") {
            if case .member(let name, let organization) = $0 { (name, organization) } else { nil }
        }
    }
}

extension Pattern<RobotName> {
    static var robot: Self {
        Self("/api/account/v1/[namespace/]robot/(name)/") { if case .robot(let name) = $0 { name } else { nil } }
    }
}

extension Pattern<AgentName> {
    static var agentReport: Self {
        Self("/api/app/v1/agent/(name)/") { if case .agentReport(let name) = $0 { name } else { nil } }
    }
}

extension Pattern<String> {
    static var apiKey: Self {
        Self("/api/account/v1/apikey/(id)/") { if case .apiKey(let id) = $0 { id } else { nil } }
    }
}

extension Pattern<String?> {
    static var apiKeyRenewal: Self {
        Self("/api/account/v1/apikey/(id)/renewal/") { if case .apiKeyRenewal(let id) = $0 { .some(id) } else { nil } }
    }
}
