import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import Operations

// `/token`
extension GatewayHandler {
    /// An authenticated request for a token.
    struct TokenRequest {
        let identity: Identity
        let service: String?
        let scope: String?
    }

    /// Authenticates a request for a token (https://distribution.github.io/distribution/spec/auth/token/, …/oauth/).
    func tokenRequest(_ call: Call) async throws -> TokenRequest {
        switch call.method {
        case .get:
            let identity = try await identifyAtRealm(call) { try await identify(call) }
            return TokenRequest(identity: identity, service: call.target.query["service"], scope: call.target.query["scope"])
        case .post:
            let form = try Query(form: try await call.readBody())
            guard form["grant_type"] == "password", let user = form["username"], let password = form["password"] else {
                throw GatewayError(status: 400, code: "UNSUPPORTED", message: "grant_type must be password, with username and password")
            }
            let presented = PresentedKey(account: user, key: APIKeySecret(parsing: password))
            let identity = try await identifyAtRealm(call) { try await authenticator.identify(presented, in: call.attempt) }
            return TokenRequest(identity: identity, service: form["service"], scope: form["scope"])
        default: throw GatewayError.unsupported("Tokens are requested with GET or POST")
        }
    }

    private func identifyAtRealm(_ call: Call, _ identify: () async throws -> Identity) async throws -> Identity {
        do {
            return try await identify()
        } catch RequestError.unauthenticated {
            let isAnonymous = call.method == .get && call.headers[.authorization] == nil
            throw basicChallenge(isAnonymous ? .noCredential : .wrongCredential, host: call.host)
        } catch RequestError.expired(let date) {
            throw basicChallenge(.expired(date), host: call.host)
        }
    }

    /// Issues a token for the part of the requested access that the caller has, as other realms do.
    func token(for request: TokenRequest, of call: Call) async throws -> Response {
        try call.target.query.refuseMalformed()
        var access: [GatewayTokens.Access] = []
        for text in (request.scope ?? "").split(separator: " ").prefix(Self.maximumScopes) {
            if let granted = try await grant(text, for: caller(request.identity, of: call)) { access.append(granted) }
        }
        let (text, issued) = try tokens.make(
            for: request.identity, service: request.service ?? base(of: call).host, access: access)
        let body = TokenBody(
            token: text, access_token: text, expires_in: GatewayTokens.lifetime, issued_at: issued.formatted(.iso8601))
        return Response(status: .ok, body: body)
    }

    private struct TokenBody: Encodable {
        let token: String
        let access_token: String
        let expires_in: Int
        let issued_at: String
    }

    private static let maximumScopes = 100

    /// `repository:NAME:pull,push` or `registry:catalog:*`; nil if none of it is granted.
    private func grant(_ scope: Substring, for caller: Caller) async throws -> GatewayTokens.Access? {
        if scope == Requested.catalogScope { return try await grantCatalog(to: caller) }
        let parts = scope.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "repository", let name = GatewayName(parsing: parts[1]) else { return nil }
        var actions: [String] = []
        for use in [ContentUse.pull, .push, .delete] where parts[2].split(separator: ",").contains(where: { $0 == use.action || $0 == "*" })
        {
            do {
                let found = try await backend.checkUse(use, of: name.repository, in: name.namespace, by: caller)
                if found.repository != nil { actions.append(use.action) }
            } catch is RequestError {
                // The request for the repository reports the missing right.
            }
        }
        let namespace = name.namespace ?? caller.identity.home
        return GatewayTokens.Access(
            name: String(parts[1]), namespace: namespace.description, repository: name.repository.description, actions: actions)
    }

    private func grantCatalog(to caller: Caller) async throws -> GatewayTokens.Access? {
        do {
            try await backend.checkListingPullable(by: caller)
            return .catalog
        } catch is RequestError {
            // The request for the catalogue reports the missing right.
            return nil
        }
    }
}
