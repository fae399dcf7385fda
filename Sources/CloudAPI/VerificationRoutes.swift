import Domain
import HTTPSupport
import Hummingbird
import Operations
import Wire

extension Route {
    static let verifications = [Route(.post, .verifications, verifyRepository)]

    @Sendable private static func verifyRepository(_ call: APICall, _: Void) async throws -> Response {
        try call.query.allow([])
        let request = try await call.body(VerificationRequest.init)
        guard let name = request.name else { throw Fault.invalid("The member 'name' is missing") }
        let recorded = try await call.backend.verifyAgain(
            try parse(name), push: request.push ?? false, in: call.namespace, by: call.caller)
        return Response(status: .ok, body: RepositoryBody(recorded.value), headers: recorded.headers())
    }
}
