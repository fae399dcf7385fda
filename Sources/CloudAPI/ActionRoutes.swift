import Domain
import FoundationEssentials
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let actions = [
        Route(.get, .actions, query: Query.page + ActionFilter.parameters, listActions),
        Route(.get, .action, inspectAction),
    ]

    @Sendable private static func listActions(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let filter = try ActionFilter.read(call.query, in: call.targetNamespace)
        let isServerWide = try call.query.flag(ActionFilter.serverWide) ?? false
        guard !isServerWide || call.namespace == nil else {
            throw RequestError.invalid("\(ActionFilter.serverWide) is for the path without a namespace")
        }
        let listing =
            isServerWide
            ? try await call.backend.listAllActions(where: filter, page: page, by: call.caller)
            : try await call.backend.listActions(in: call.namespace, where: filter, page: page, by: call.caller)
        return listing.response(page: page, of: call) { ActionBody($0) }
    }

    @Sendable private static func inspectAction(_ call: APICall, _ id: UUID) async throws -> Response {
        let action = try await call.backend.inspectAction(id, in: call.namespace, by: call.caller)
        return Response(status: .ok, body: ActionBody(action))
    }
}

extension ActionFilter {
    /// The query parameter that selects the trail of all namespaces.
    static let serverWide = "all_namespaces"
    /// The query parameters.
    static let parameters = [
        "uuid", "uuid__startswith", "state", "action", "object", "repository", "user", "key_id", serverWide, "start_date__gte",
        "start_date__lte", "end_date__gte", "end_date__lte",
    ]

    /// Reads the filters of a list of actions. Returns nil if nothing can match them.
    static func read(_ query: Query, in namespace: NamespaceName) throws(RequestError) -> ActionFilter? {
        var filter = ActionFilter(
            state: try Route.choice(query["state"], "state"), kind: try Route.choice(query["action"], "action"), user: query["user"],
            key: query["key_id"],
            started: DateRange(from: try date(query, "start_date__gte"), to: try date(query, "start_date__lte").map(endOfSecond)),
            ended: DateRange(from: try date(query, "end_date__gte"), to: try date(query, "end_date__lte").map(endOfSecond)))
        if let prefix = query["uuid__startswith"]?.lowercased() {
            guard prefix.utf8.allSatisfy(\.isPrintableASCII) else { return nil }
            filter.idPrefix = prefix
        }
        if let id = query["uuid"]?.lowercased() {
            guard UUID(uuidString: id) != nil, id.hasPrefix(filter.idPrefix ?? "") else { return nil }
            filter.idPrefix = id
        }
        filter.after = try query.cursor("the uuid of an action") { UUID(uuidString: $0) }
        let isServerWide = try query.flag(serverWide) ?? false
        if let object = query["object"] {
            guard let objects = Action.Object.all(at: object, in: namespace, orAnother: isServerWide) else { return nil }
            filter.objects = objects
        }
        if let text = query["repository"] {
            let name: RepositoryName
            do { name = try RepositoryName(parsing: text) } catch { throw .invalid("Invalid repository: \(error)") }
            let path = APIPath(.repository(name), in: namespace).description
            let objects = Action.Object.all(at: path, in: namespace) ?? []
            filter.objects = filter.objects.map { $0.filter(objects.contains) } ?? objects
        }
        return filter
    }

    private static func date(_ query: Query, _ name: String) throws(RequestError) -> Date? {
        guard let text = query[name] else { return nil }
        guard let date = WireCoding.date(text) ?? WireCoding.timestamp(text) else {
            throw .invalid("\(name) must be a date such as Mon, 13 Oct 2014 11:01:43 +0000 or 2014-10-13T11:01:43Z")
        }
        return date
    }

    /// Responses truncate fractions of a second, so an action can be up to a second later than the date that is shown for it.
    private static func endOfSecond(_ date: Date) -> Date {
        date.timeIntervalSince1970 == date.timeIntervalSince1970.rounded() ? date + 0.999 : date
    }
}

extension Action.Object {
    /// The objects that actions at the path may have: the item itself, and the path, which failed attempts without an item record. Returns
    /// nil if the path is invalid or belongs to another namespace.
    ///
    /// - Parameter isAny: whether the path may belong to another namespace.
    fileprivate static func all(at path: String, in namespace: NamespaceName, orAnother isAny: Bool = false) -> [Action.Object]? {
        guard let parsed = try? APIPath(parsing: path) else { return nil }
        let target = parsed.namespace ?? namespace
        guard isAny || target == namespace else { return nil }
        let namespace = target
        return [.path(path)] + (Action.Object(parsed.resource, in: namespace).map { [$0] } ?? [])
    }

    init?(_ resource: APIPath.Resource, in namespace: NamespaceName) {
        switch resource {
        case .repository(let name): self = .repository(name)
        case .registry(let authority): self = .registry(authority)
        case .organization(namespace): self = .organization(namespace)
        case .member(let name, of: namespace): self = .member(name)
        case .robot(let name): self = .robot(name)
        case .user(let name): self = .user(name)
        case .service(let id): self = .service(id)
        case .agent(let id): self = .agent(id)
        case .apiKey(let id): self = .apiKey(id)
        case .repositories, .registries, .verifications, .actions, .action, .users, .organizations, .organization, .members, .member,
            .robots, .services, .apiKeys, .apiKeyRenewal, .agents, .agentReport:
            return nil
        }
    }

    /// The path of the object. `namespace` is the namespace of the action.
    func path(in namespace: NamespaceName) -> String {
        switch self {
        case .repository(let name): APIPath(.repository(name), in: namespace).description
        case .registry(let authority): APIPath(.registry(authority), in: namespace).description
        case .organization(let name): APIPath(.organization(name)).description
        case .member(let name): APIPath(.member(name, of: namespace)).description
        case .robot(let name): APIPath(.robot(name), in: namespace).description
        case .user(let name): APIPath(.user(name)).description
        case .service(let id): APIPath(.service(id), in: namespace).description
        case .agent(let id): APIPath(.agent(id), in: namespace).description
        case .apiKey(let id): APIPath(.apiKey(id)).description
        case .row(let row): row
        case .path(let path): path
        }
    }
}
