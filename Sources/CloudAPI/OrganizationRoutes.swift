import Domain
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let organizations = [
        Route(.get, .organizations, listOrganizations),
        Route(.post, .organizations, as: .organizationCreate, createOrganization),
        Route(.get, .organization, inspectOrganization),
        Route(.delete, .organization, as: .organizationDelete, removeOrganization),
    ]

    @Sendable private static func listOrganizations(_ call: APICall, _: Void) async throws -> Response {
        try call.query.allow(Listing<Membership>.parameters)
        let page = try call.query.page()
        let listing = try await call.backend.listOrganizations(page: page, by: call.caller)
        return listing.response(page: page, of: call) { OrganizationBody($0) }
    }

    @Sendable private static func createOrganization(_ call: APICall, _: Void) async throws -> Response {
        try call.query.allow([])
        let request = try await call.body(OrganizationRequest.init)
        let recorded = try await call.backend.createOrganization(
            try required(request.name, "name", as: NewNamespaceName.init(parsing:)), by: call.caller)
        let body = OrganizationBody(recorded.value)
        return Response(status: .created, body: body, headers: recorded.headers(location: body.resourceURI))
    }

    @Sendable private static func inspectOrganization(_ call: APICall, _ name: NamespaceName) async throws -> Response {
        try call.query.allow([])
        return Response(status: .ok, body: OrganizationBody(try await call.backend.inspectOrganization(name, by: call.caller)))
    }

    @Sendable private static func removeOrganization(_ call: APICall, _ name: NamespaceName) async throws -> Response {
        try call.query.allow([])
        let recorded = try await call.backend.removeOrganization(name, by: call.caller)
        return Response(status: .noContent, headers: recorded.headers())
    }
}
