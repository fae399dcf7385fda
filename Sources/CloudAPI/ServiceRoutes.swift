import Domain
import FoundationEssentials
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let services = [
        Route(.get, .services, query: Query.page + ServiceFilter.parameters, listServices),
        Route(.post, .services, as: .serviceCreate, createService),
        Route(.get, .service, inspectService),
        Route(.patch, .service, as: .serviceUpdate, updateService),
        Route(.delete, .service, as: .serviceTerminate, terminateService),
    ]

    @Sendable private static func listServices(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let filter = try ServiceFilter.read(call.query, through: call.gateways)
        let listing = try await call.backend.listServices(in: call.namespace, where: filter, page: page, by: call.caller)
        return listing.response(page: page, of: call) { ServiceBody($0) }
    }

    @Sendable private static func createService(_ call: APICall, _: Void) async throws -> Response {
        let request = try await call.body(ServiceRequest.init)
        guard let image = try image(request, call) else { throw RequestError.invalid("The member 'image' is missing") }
        let name = try read(request.name, "name", as: ServiceName.init(parsing:)) ?? image.reference.repository.serviceName
        let recorded = try await call.backend.createService(name, of: image, in: call.namespace, by: call.caller)
        let body = ServiceBody(recorded.value)
        return Response(status: .created, body: body, headers: recorded.headers(location: body.resourceURI))
    }

    @Sendable private static func inspectService(_ call: APICall, _ id: UUID) async throws -> Response {
        Response(status: .ok, body: ServiceBody(try await call.backend.inspectService(id, in: call.namespace, by: call.caller)))
    }

    @Sendable private static func updateService(_ call: APICall, _ id: UUID) async throws -> Response {
        let request = try await call.body(ServiceRequest.init)
        let recorded = try await call.backend.updateService(
            id, name: try read(request.name, "name", as: ServiceName.init(parsing:)), image: try image(request, call), in: call.namespace,
            by: call.caller)
        return Response(status: .accepted, body: ServiceBody(recorded.value), headers: recorded.headers())
    }

    @Sendable private static func terminateService(_ call: APICall, _ id: UUID) async throws -> Response {
        let recorded = try await call.backend.terminateService(id, in: call.namespace, by: call.caller)
        return Response(status: .noContent, headers: recorded.headers())
    }

    private static func image(_ request: ServiceRequest, _ call: APICall) throws(RequestError) -> Service.Image? {
        guard let text = request.image else { return nil }
        let gateways = call.gateways
        let image = try required(text, "image") { text throws(NamingError) in try PulledImage(parsing: text, through: gateways) }
        return Service.Image(text, image.reference)
    }
}

extension ServiceFilter {
    /// The query parameters.
    static let parameters = ["uuid", "uuid__startswith", "state", "name", "image"]

    /// Reads the filters of a list of services. Returns nil if nothing can match them.
    static func read(_ query: Query, through gateways: Set<RegistryAuthority>) throws(RequestError) -> ServiceFilter? {
        var filter = ServiceFilter(state: try Route.choice(query["state"], "state"))
        if let prefix = query["uuid__startswith"]?.lowercased() {
            guard prefix.utf8.allSatisfy(\.isPrintableASCII) else { return nil }
            filter.idPrefix = prefix
        }
        if let id = query["uuid"]?.lowercased() {
            guard UUID(uuidString: id) != nil, id.hasPrefix(filter.idPrefix ?? "") else { return nil }
            filter.idPrefix = id
        }
        if let text = query["name"] {
            guard let name = try? ServiceName(parsing: text) else { return nil }
            filter.name = name
        }
        if let text = query["image"] {
            guard let image = try? PulledImage(parsing: text, through: gateways) else { return nil }
            filter.image = Image(image.reference)
        }
        filter.after = try query.cursor("the cursor of a list of services, as in its link to the next page") { NamedPlace(parsing: $0) }
        return filter
    }
}

extension RepositoryName {
    /// The name of a service that is created without a name: the last component of the repository's path.
    fileprivate var serviceName: ServiceName {
        get throws(RequestError) {
            try Route.required(String(path.split(separator: "/").last ?? ""), "name", as: ServiceName.init(parsing:))
        }
    }
}
