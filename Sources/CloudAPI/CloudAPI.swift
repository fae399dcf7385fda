import Domain
package import HTTPSupport
import HTTPTypes
package import Hummingbird
import Logging
import Naming
package import Operations
import Wire

/// Serves `/api/`: the part of Docker Cloud's API for external repositories and accounts.
package struct CloudAPI: RequestHandler {
    private let backend: Backend
    private let authenticator: Authenticator

    package init(backend: Backend, authenticator: Authenticator) {
        self.backend = backend
        self.authenticator = authenticator
    }

    package func handles(_ path: String) -> Bool { path == "/api" || path.hasPrefix("/api/") }

    /// Authenticates before it reveals whether a resource exists.
    package func respond(to call: Call) async throws -> Response {
        try call.target.query.refuseRepetition()
        let parsed = Result { () throws(APIPath.ParsingError) in try APIPath(parsing: call.target.path) }
        if case .failure(.unknown) = parsed { throw Self.nothingHere }
        let identity = try await authenticator.identify(call.headers, in: call.attempt)
        call.access.identity = identity
        let path = try parsed.mapError(Self.error).get()
        let (route, handler) = try Route.find(call.method, path.resource)
        let caller = Caller(identity: identity, origin: Action.Origin(of: call, by: identity))
        let accepted = APICall(call: call, path: path, caller: caller, backend: backend)
        do {
            try ContentNegotiation.check(call.headers)
            guard path.resource.isList, route.change == nil else { return try await handler(accepted) }
            return try await call.whileClientIsThere { try await handler(accepted) }
        } catch {
            let error = RequestError(error, logger: call.logger)
            if let kind = Self.failure(route, error) { await record(kind, error, accepted) }
            throw error
        }
    }

    /// The kind of the action that records a failed request: every change, and every request that the account or its key has no
    /// permission for.
    private static func failure(_ route: Route, _ error: RequestError) -> Action.Kind? {
        if let change = route.change { return change }
        if case .forbidden = error { return .apiKeyUse }
        return nil
    }

    /// If the failed attempt cannot be recorded, that error is logged and the client receives the original error.
    private func record(_ kind: Action.Kind, _ error: RequestError, _ call: APICall) async {
        let requested = call.path.namespace ?? call.path.resource.organization
        let namespace = requested ?? call.caller.identity.home
        var object = call.subject.object ?? Action.Object(call.path.resource, in: namespace)
        var path: String? = object?.path(in: namespace) ?? call.path.description
        if let length = path?.utf8.count, length > Self.pathLimit { (object, path) = (nil, nil) }
        do {
            try await backend.recordFailure(kind, error, on: object, at: path, in: requested, by: call.caller)
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

extension APIPath.Resource {
    /// Whether the resource is a list, which may take long to read.
    fileprivate var isList: Bool {
        switch self {
        case .repositories, .registries, .actions, .users, .organizations, .members, .robots, .apiKeys: true
        case .repository, .registry, .verifications, .action, .user, .organization, .member, .robot, .apiKey, .apiKeyRenewal: false
        }
    }
}
