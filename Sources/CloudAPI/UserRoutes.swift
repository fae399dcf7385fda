import Domain
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let users = [
        Route(.get, .users, query: Query.page + ["name", "is_disabled"], listUsers),
        Route(.post, .users, as: .userCreate, createUser),
        Route(.get, .user, inspectUser),
        Route(.patch, .user, as: .userUpdate, updateUser),
    ]

    @Sendable private static func listUsers(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let filter = UserFilter(
            name: call.query["name"], isDisabled: try call.query.flag("is_disabled"),
            after: try call.query.cursor("the name of a user") { try? NamespaceName(parsing: $0) })
        let listing = try await call.backend.listUsers(where: filter, page: page, by: call.caller)
        return listing.response(page: page, of: call) { UserBody($0) }
    }

    @Sendable private static func createUser(_ call: APICall, _: Void) async throws -> Response {
        let request = try await call.body(UserRequest.init)
        guard request.isDisabled != true else {
            throw RequestError.invalid("A new user cannot be disabled. Nothing was stored. Create the user, and disable it then.")
        }
        let recorded = try await call.backend.createUser(
            try required(request.name, "name", as: NewNamespaceName.init(parsing:)), isAdministrator: request.isAdministrator ?? false,
            by: call.caller)
        let body = UserBody(recorded.value)
        return Response(status: .created, body: body, headers: recorded.headers(location: body.resourceURI))
    }

    @Sendable private static func inspectUser(_ call: APICall, _ name: NamespaceName) async throws -> Response {
        return Response(status: .ok, body: UserBody(try await call.backend.inspectUser(name, by: call.caller)))
    }

    @Sendable private static func updateUser(_ call: APICall, _ name: NamespaceName) async throws -> Response {
        let request = try await call.body(UserRequest.init)
        guard request.name == nil, request.isAdministrator == nil else {
            throw RequestError.invalid("Only is_disabled of a user can be changed")
        }
        let recorded = try await call.backend.updateUser(name, isDisabled: request.isDisabled, by: call.caller)
        return Response(status: .accepted, body: UserBody(recorded.value), headers: recorded.headers())
    }
}
