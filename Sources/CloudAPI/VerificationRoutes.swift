import Domain
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let verifications = [Route(.post, .verifications, as: .repositoryVerify, verifyRepository)]

    @Sendable private static func verifyRepository(_ call: APICall, _: Void) async throws -> Response {
        try call.query.allow([])
        let request = try await call.body(VerificationRequest.init)
        let recorded = try await call.backend.verifyAgain(
            try required(request.name, "name", as: RepositoryName.init(parsing:)), push: request.push ?? false, in: call.namespace,
            by: call.caller)
        return Response(status: .ok, body: RepositoryBody(recorded.value), headers: recorded.headers())
    }
}
