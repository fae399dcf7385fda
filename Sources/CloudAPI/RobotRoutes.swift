import Domain
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let robots = [
        Route(.get, .robots, query: Query.page, listRobots),
        Route(.post, .robots, as: .robotCreate, createRobot),
        Route(.get, .robot, inspectRobot),
        Route(.patch, .robot, as: .robotUpdate, updateRobot),
        Route(.delete, .robot, as: .robotDelete, removeRobot),
    ]

    @Sendable private static func listRobots(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let after = try call.query.cursor("the name of a robot, without its organization") { try? RobotName(parsing: $0) }
        let listing = try await call.backend.listRobots(in: call.namespace, after: after, page: page, by: call.caller)
        return listing.response(page: page, of: call) { RobotBody($0) }
    }

    @Sendable private static func createRobot(_ call: APICall, _: Void) async throws -> Response {
        let request = try await call.body(MemberRequest.init)
        let name = try required(request.name, "name", as: RobotName.init(parsing:))
        let recorded = try await call.on(.robot(name)) {
            try await call.backend.createRobot(name, permission: try permission(request), in: call.namespace, by: call.caller)
        }
        let body = RobotBody(recorded.value)
        return Response(status: .created, body: body, headers: recorded.headers(location: body.resourceURI))
    }

    @Sendable private static func inspectRobot(_ call: APICall, _ name: RobotName) async throws -> Response {
        return Response(status: .ok, body: RobotBody(try await call.backend.inspectRobot(name, in: call.namespace, by: call.caller)))
    }

    @Sendable private static func updateRobot(_ call: APICall, _ name: RobotName) async throws -> Response {
        let request = try await call.body(MemberRequest.init)
        guard request.name.map({ $0 == name.description }) ?? true else {
            throw RequestError.invalid("The name in the body differs from the name in the path")
        }
        let recorded = try await call.backend.updateRobot(
            name, permission: try permission(request), in: call.namespace, by: call.caller)
        return Response(status: .accepted, body: RobotBody(recorded.value), headers: recorded.headers())
    }

    @Sendable private static func removeRobot(_ call: APICall, _ name: RobotName) async throws -> Response {
        let recorded = try await call.backend.removeRobot(name, in: call.namespace, by: call.caller)
        return Response(status: .noContent, headers: recorded.headers())
    }
}
