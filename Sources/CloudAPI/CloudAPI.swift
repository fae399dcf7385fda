import Domain
package import HTTPSupport
import HTTPTypes
import Hummingbird
import Logging
import Naming
package import Operations
import Wire

/// Serves `/api/`: the part of Docker Cloud's API for external repositories and accounts.
package struct CloudAPI: RequestHandler {
    package let interface = ServedInterface.api
    private let backend: Backend
    private let authenticator: Authenticator
    private let gateways: GatewayAuthorities

    /// - Parameter publicURL: the URL under which clients reach the server; nil if it is not configured.
    package init(backend: Backend, authenticator: Authenticator, publicURL: String? = nil) {
        self.backend = backend
        self.authenticator = authenticator
        gateways = GatewayAuthorities(publicURL: publicURL)
    }

    package func handles(_ path: String) -> Bool { path == "/api" || path.hasPrefix("/api/") }

    /// Authenticates before it reveals whether a resource exists, or an error of the query.
    package func respond(to call: Call) async throws -> Answer {
        let parsed = Result { () throws(APIPath.ParsingError) in try APIPath(parsing: call.target.path) }
        if case .failure(.unknown) = parsed { throw Self.nothingHere }
        let identity = try await authenticator.identify(call.headers, in: call.attempt)
        do {
            return Answer(try await respond(to: call, at: try parsed.mapError(Self.error).get(), by: identity), identity: identity)
        } catch {
            return Answer(Response(ResponseError(error, logger: call.logger)), identity: identity)
        }
    }

    private func respond(to call: Call, at path: APIPath, by identity: Identity) async throws -> Response {
        let (route, handler) = try Route.find(call.method, path.resource)
        let caller = Caller(identity: identity, origin: Action.Origin(of: call, by: identity))
        let accepted = APICall(call: call, path: path, caller: caller, backend: backend, gateways: gateways.all(at: call.host))
        do {
            try call.target.query.refuseMalformed()
            try call.target.query.refuseRepetition()
            try ContentNegotiation.check(call.headers)
            try call.target.query.allow(route.parameters)
            guard route.isList else { return try await handler(accepted) }
            return try await call.whileClientIsConnected { try await handler(accepted) }
        } catch {
            let failed = error as? FailedCall
            let cause = failed?.error ?? error
            let error = ResponseError(cause, logger: call.logger)
            if let kind = Self.failure(route, error) {
                await record(kind, error, cause as? FailedAttempt, on: failed?.object, of: accepted)
            }
            throw error
        }
    }

    /// The kind of the action that records a failed request: every change, and every request that the account or its key has no
    /// permission for.
    private static func failure(_ route: Route, _ error: ResponseError) -> Action.Kind? {
        if let change = route.change { return change }
        if case .operation(.forbidden) = error { return .apiKeyUse }
        return nil
    }

    /// If the failed attempt cannot be recorded, that error is logged and the client receives the original error.
    private func record(
        _ kind: Action.Kind, _ error: ResponseError, _ attempt: FailedAttempt?, on named: Action.Object?, of call: APICall
    ) async {
        let requested = call.path.namespace ?? call.path.resource.organization
        let namespace = requested ?? call.caller.identity.home
        var object = named ?? Action.Object(call.path.resource, in: namespace)
        var path: String? = object?.path(in: namespace) ?? call.path.description
        if let length = path?.utf8.count, length > Self.pathLimit { (object, path) = (nil, nil) }
        do {
            try await backend.recordFailure(
                kind, status: error.status, reason: error.denial, of: attempt, on: object, at: path, in: requested, by: call.caller)
        } catch {
            call.call.logger.error("failed attempt not recorded", metadata: ["error": "\(error)"])
        }
    }

    /// In bytes. Only an identifier that does not exist is longer.
    private static let pathLimit = 512

    private static let nothingHere = RequestError.notFound("There is nothing at this path")

    private static func error(_ error: APIPath.ParsingError) -> RequestError {
        switch error {
        case .unknown: nothingHere
        case .name(let error): .invalid("Invalid name: \(error)")
        }
    }
}

extension ResponseError {
    /// The reason of a denial. Other messages may repeat a secret that was typed by mistake.
    fileprivate var denial: String? { if case .operation(.forbidden(let message)) = self { message } else { nil } }
}
