import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import Operations

// Authentication.
extension GatewayHandler {
    typealias RequestedAccess = (name: GatewayName, use: ContentUse)

    /// Authenticates a client by an API key, or by a token that was issued for one. Responds to all others with a challenge that names the
    /// token endpoint and the scope.
    func authenticate(_ call: Call, for requested: Requested) async throws -> AuthenticatedClient {
        do {
            return try await client(of: call)
        } catch RequestError.unauthenticated {
            let isAnonymous = call.headers[.authorization] == nil
            throw challenge(host: call.host, scopes: requested.scopes, isAnonymous ? .noCredential : .wrongCredential)
        } catch RequestError.expired(let date) {
            throw challenge(host: call.host, scopes: requested.scopes, .expired(date))
        }
    }

    /// Throws if the client may not list the repositories, or if its token was not requested for that.
    func authorizeCatalog(_ call: Call, _ client: AuthenticatedClient) async throws {
        // Throws the reason if the caller lacks the right; otherwise another token helps.
        try await backend.checkListingPullable(by: client.caller)
        guard client.mayListCatalog else { throw challenge(host: call.host, scopes: Requested.catalog.scopes, .insufficientScope) }
    }

    /// Throws if the client's token or the server does not allow a use. The rights of its account are checked when the use begins.
    func authorize(
        _ call: Call, _ client: AuthenticatedClient, _ use: ContentUse, of name: GatewayName, _ resource: GatewayPath.Resource
    ) async throws {
        guard client.mayAsk(use, of: name) else {
            try await checkTokenHelps(client, (name, use))
            throw challenge(call, for: [(name, use)], .insufficientScope)
        }
        if use == .delete, !context.options.allowsDeletion {
            throw GatewayError.unsupported(
                "This server does not delete anything on registries. To allow it, start the server with --gateway-delete.")
        }
        if resource == .uploads { try await checkMountScope(call, by: client, to: name) }
    }

    /// Demands a token for the source of a mount as well, once: if the caller may pull from it and the token was requested without it.
    private func checkMountScope(_ call: Call, by client: AuthenticatedClient, to target: GatewayName) async throws {
        guard client.access != nil, let digest = call.target.query["mount"],
            let source = call.target.query["from"].flatMap({ GatewayName(parsing: $0, on: call.target.query["ns"]) }),
            !client.hasAsked(of: source),
            let found = try? await backend.checkUse(.pull, of: source.repository, in: source.namespace, by: client.caller),
            found.repository != nil,
            context.mountChallenges.begin(
                .init(key: client.caller.identity.key.id, digest: digest, source: source, target: target),
                at: context.backend.clockReading().instant)
        else { return }
        throw challenge(call, for: [(target, .push), (source, .pull)], .insufficientScope)
    }

    /// Throws the reason if no token could cover the request: clients do not show the text of a challenge.
    private func checkTokenHelps(_ client: AuthenticatedClient, _ requested: RequestedAccess) async throws {
        let name = requested.name
        let found = try await backend.checkUse(requested.use, of: name.repository, in: name.namespace, by: client.caller)
        guard found.repository != nil else { throw RequestError.notRegistered(name.repository, in: found.namespace) }
    }

    /// The query is checked for authenticated clients only.
    private func client(of call: Call) async throws -> AuthenticatedClient {
        let client = try await authenticated(call)
        try call.target.query.refuseMalformed()
        return client
    }

    private func authenticated(_ call: Call) async throws -> AuthenticatedClient {
        guard case .bearer(let secret)? = call.headers[.authorization].flatMap({ AuthorizationValue(parsing: $0) }),
            secret.revealed().utf8.contains(UInt8(ascii: "."))
        else { return AuthenticatedClient(caller: caller(try await identify(call), of: call), access: nil) }
        guard let claims = tokens.claims(of: secret.revealed()) else { throw RequestError.unauthenticated }
        let identity = try await authenticator.identify(tokenOf: claims.key, in: call.attempt)
        return AuthenticatedClient(caller: caller(identity, of: call), access: claims.access)
    }

    func identify(_ call: Call) async throws -> Identity {
        try await authenticator.identify(call.headers, in: call.attempt)
    }

    func caller(_ identity: Identity, of call: Call) -> Caller {
        Caller(identity: identity, origin: Action.Origin(of: call, by: identity))
    }

    /// The reason for a challenge.
    enum Refusal {
        case noCredential, wrongCredential, insufficientScope
        case expired(Date)

        /// https://www.rfc-editor.org/rfc/rfc6750#section-3.1
        var error: String? {
            switch self {
            case .noCredential: nil
            case .wrongCredential, .expired: "invalid_token"
            case .insufficientScope: "insufficient_scope"
            }
        }

        func message(_ host: String) -> String {
            switch self {
            case .noCredential: "Authentication is required: log in with 'docker login \(host)', with an API key as the password"
            case .wrongCredential: "The user name, the API key or the token is wrong or expired, or the account is disabled"
            case .expired(let date): RequestError.expired(date).message
            case .insufficientScope: "The token does not cover this request: request another one with the scope that is named here"
            }
        }
    }

    /// https://distribution.github.io/distribution/spec/auth/token/
    func challenge(_ call: Call, for requested: [RequestedAccess], _ refusal: Refusal) -> GatewayError {
        challenge(host: call.host, for: requested, refusal)
    }

    func challenge(host: String?, for requested: [RequestedAccess], _ refusal: Refusal) -> GatewayError {
        challenge(host: host, scopes: requested.map { Requested.scope($0.use, of: $0.name) }, refusal)
    }

    private func challenge(host: String?, scopes: [String], _ refusal: Refusal) -> GatewayError {
        let base = base(host)
        var challenge = "Bearer realm=\"\(base.url)\(Self.tokenPath)\",service=\"\(base.host)\""
        if !scopes.isEmpty { challenge += ",scope=\"\(scopes.joined(separator: " "))\"" }
        if let error = refusal.error { challenge += ",error=\"\(error)\"" }
        return GatewayError(
            status: 401, code: "UNAUTHORIZED", message: refusal.message(base.host), headers: [.wwwAuthenticate: challenge])
    }

    /// The challenge of the token endpoint.
    func basicChallenge(_ refusal: Refusal, host: String?) -> GatewayError {
        GatewayError(
            status: 401, code: "UNAUTHORIZED", message: refusal.message(base(host).host),
            headers: [.wwwAuthenticate: #"Basic realm="lighterman", charset="UTF-8""#])
    }

    /// The URL and host under which clients reach the server. Without a public URL, the host is that of the request, whose form the
    /// connection has checked.
    func base(of call: Call) -> (url: String, host: String) { base(call.host) }

    private func base(_ host: String?) -> (url: String, host: String) {
        if let url = context.options.publicURL { return (url, String(url.drop { $0 != "/" }.dropFirst(2))) }
        let host = host ?? "localhost"
        return ("\(context.options.isTLS ? "https" : "http")://\(host)", host)
    }
}

extension GatewayHandler.Requested {
    static let catalogScope = "registry:catalog:*"

    /// The scopes of a token for the request.
    fileprivate var scopes: [String] {
        switch self {
        case .base, .nothing: []
        case .catalog: [Self.catalogScope]
        case .repository(let name, _, let use): [Self.scope(use, of: name)]
        }
    }

    fileprivate static func scope(_ use: ContentUse, of name: GatewayName) -> String {
        "repository:\(name):\(use == .push ? "pull,push" : use.action)"
    }
}
