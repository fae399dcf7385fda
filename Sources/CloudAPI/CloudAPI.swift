import Domain
package import HTTPSupport
import HTTPTypes
package import Hummingbird
import Naming
package import Operations
import Wire

/// The door to `/api/`: the API of Docker Cloud, as far as it is about external repositories.
package struct CloudAPI: Door {
    private let backend: Backend
    private let gatekeeper: Gatekeeper

    package init(backend: Backend, gatekeeper: Gatekeeper) {
        self.backend = backend
        self.gatekeeper = gatekeeper
    }

    package func opens(for path: String) -> Bool { path == "/api" || path.hasPrefix("/api/") }

    /// Who is calling is asked before anything else is said about a resource, and handed to whatever answers.
    package func respond(to call: Call) async throws -> Response {
        let parsed = Result { () throws(APIPath.ParsingError) in try APIPath(parsing: call.target.path) }
        if case .failure(.unknown) = parsed { throw Self.nothingHere }
        let identity = try await gatekeeper.identify(call.headers, from: call.address, logger: call.logger)
        call.access.identity = identity
        let path = try parsed.mapError(Self.fault).get()
        let answer = try Route.answer(call.method, path.resource)
        try ContentNegotiation.check(call.headers)
        let caller = Caller(identity: identity, origin: origin(of: call, by: identity))
        return try await answer(APICall(call: call, path: path, caller: caller, backend: backend))
    }

    private static let nothingHere = Fault.notFound("There is nothing at this path")

    private static func fault(_ error: APIPath.ParsingError) -> Fault {
        switch error {
        case .unknown: nothingHere
        case .name(let error): .invalid("Invalid name: \(error)")
        }
    }

    /// Texts of the client's go into the audit trail: printable, and not longer than a line.
    private func origin(of call: Call, by identity: Identity) -> Action.Origin {
        let userAgent = call.headers[.userAgent] ?? ""
        return Action.Origin(
            user: identity.account.name.description, keyID: identity.keyID, address: call.address.description,
            method: call.method.rawValue, path: call.target.path,
            userAgent: APIKeySecret.redacting(String(userAgent.prefix(256))))
    }
}
