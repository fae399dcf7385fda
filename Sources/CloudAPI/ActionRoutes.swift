import Domain
import FoundationEssentials
import HTTPSupport
import Hummingbird
import Operations
import Wire

extension Route {
    static let actions = [
        Route(.get, .actions, listActions),
        Route(.get, .action, inspectAction),
    ]

    @Sendable private static func listActions(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let filter = try ActionFilter.read(call.query, in: call.meant)
        let isServerWide = try call.query.flag(ActionFilter.serverWide) ?? false
        guard !isServerWide || call.namespace == nil else {
            throw RequestError.invalid("\(ActionFilter.serverWide) is for the path without a namespace")
        }
        let listing =
            isServerWide
            ? try await call.backend.listAllActions(where: filter, page: page, by: call.caller)
            : try await call.backend.listActions(in: call.namespace, where: filter, page: page, by: call.caller)
        return listing.response(page: page, of: call, cursor: { $0.id.uuidString.lowercased() }) { ActionBody($0) }
    }

    @Sendable private static func inspectAction(_ call: APICall, _ id: UUID) async throws -> Response {
        try call.query.allow([])
        let action = try await call.backend.inspectAction(id, in: call.namespace, by: call.caller)
        return Response(status: .ok, body: ActionBody(action))
    }
}
