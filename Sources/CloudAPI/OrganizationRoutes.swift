import Domain
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let organizations = [
        Route(.get, .organizations, query: Query.page, listOrganizations),
        Route(.post, .organizations, as: .organizationCreate, createOrganization),
        Route(.get, .organization, inspectOrganization),
        Route(.delete, .organization, as: .organizationDelete, removeOrganization),
    ]

    @Sendable private static func listOrganizations(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let after = try call.query.cursor("the name of an organization") { try? NamespaceName(parsing: $0) }
        let listing = try await call.backend.listOrganizations(after: after, page: page, by: call.caller)
        return listing.response(page: page, of: call) { OrganizationBody($0) }
    }

    @Sendable private static func createOrganization(_ call: APICall, _: Void) async throws -> Response {
        let request = try await call.body(OrganizationRequest.init)
        let recorded = try await call.backend.createOrganization(
            try required(request.name, "name", as: NewNamespaceName.init(parsing:)), by: call.caller)
        let body = OrganizationBody(recorded.value)
        return Response(status: .created, body: body, headers: recorded.headers(location: body.resourceURI))
    }

    @Sendable private static func inspectOrganization(_ call: APICall, _ name: NamespaceName) async throws -> Response {
        return Response(status: .ok, body: OrganizationBody(try await call.backend.inspectOrganization(name, by: call.caller)))
    }

    @Sendable private static func removeOrganization(_ call: APICall, _ name: NamespaceName) async throws -> Response {
        let recorded = try await call.backend.removeOrganization(name, by: call.caller)
        return Response(status: .noContent, headers: recorded.headers())
    }
}

extension Route {
    typealias Member = (name: NamespaceName, organization: NamespaceName)

    static let members = [
        Route(.get, .members, query: Query.page, listMembers),
        Route(.post, .members, as: .memberCreate, addMember),
        Route(.get, .member, inspectMember),
        Route(.patch, .member, as: .memberUpdate, updateMember),
        Route(.delete, .member, as: .memberDelete, removeMember),
    ]

    @Sendable private static func listMembers(_ call: APICall, _ organization: NamespaceName) async throws -> Response {
        let page = try call.query.page()
        let after = try call.query.cursor("the name of a member") { try? NamespaceName(parsing: $0) }
        let listing = try await call.backend.listMembers(of: organization, after: after, page: page, by: call.caller)
        return listing.response(page: page, of: call) { MemberBody($0) }
    }

    @Sendable private static func addMember(_ call: APICall, _ organization: NamespaceName) async throws -> Response {
        let request = try await call.body(MemberRequest.init)
        let name = try required(request.name, "name", as: NamespaceName.init(parsing:))
        return try await call.on(.member(name)) { try await setMember(call, (name, organization), to: request, isNew: true) }
    }

    @Sendable private static func inspectMember(_ call: APICall, _ member: Member) async throws -> Response {
        let membership = try await call.backend.inspectMember(member.name, of: member.organization, by: call.caller)
        return Response(status: .ok, body: MemberBody(membership))
    }

    @Sendable private static func updateMember(_ call: APICall, _ member: Member) async throws -> Response {
        let request = try await call.body(MemberRequest.init)
        guard request.name.map({ $0 == member.name.description }) ?? true else {
            throw RequestError.invalid("The name in the body differs from the name in the path")
        }
        return try await setMember(call, member, to: request, isNew: false)
    }

    private static func setMember(_ call: APICall, _ member: Member, to request: MemberRequest, isNew: Bool) async throws -> Response {
        let recorded = try await call.backend.setMember(
            member.name, of: member.organization, to: try permission(request), isNew: isNew, by: call.caller)
        let body = MemberBody(recorded.value.0)
        let isCreated = recorded.value.isNew
        return Response(
            status: isCreated ? .created : .accepted, body: body, headers: recorded.headers(location: isCreated ? body.resourceURI : nil))
    }

    @Sendable private static func removeMember(_ call: APICall, _ member: Member) async throws -> Response {
        let recorded = try await call.backend.removeMember(member.name, of: member.organization, by: call.caller)
        return Response(status: .noContent, headers: recorded.headers())
    }

    static func permission(_ request: MemberRequest) throws -> Permission {
        guard let permission = try choice(request.permission, "permission", Permission.self) else {
            throw RequestError.invalid("The member 'permission' is missing")
        }
        return permission
    }
}
