import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import Operations

/// An authenticated client of the gateway, and the access of its token; nil for a client with an API key.
struct AuthenticatedClient: Sendable {
    let caller: Caller
    let access: [GatewayTokens.Access]?

    /// Whether its API key or token covers a use. Its rights are not checked here.
    func mayAsk(_ use: ContentUse, of name: GatewayName) -> Bool {
        guard let access else { return true }
        let namespace = name.namespace ?? caller.identity.home
        return access.contains { $0.allows(use, of: name.repository, in: namespace) }
    }

    /// Whether its API key or token covers listing the repositories: a token must have been requested for that.
    var mayListCatalog: Bool { access?.contains(.catalog) ?? true }

    /// Whether its token was requested for that repository, even if the access was not granted.
    func hasAsked(of name: GatewayName) -> Bool {
        guard let access else { return true }
        let namespace = name.namespace ?? caller.identity.home
        return access.contains { $0.namespace == namespace.description && $0.repository == name.repository.description }
    }
}

// Authentication.
extension GatewayHandler {
    typealias RequestedAccess = (name: GatewayName, use: ContentUse)

    /// Authenticates a client by an API key, or by a token that was issued for one. Responds to all others with a challenge that names the
    /// token endpoint and the scope.
    func admit(_ call: Call, for requested: RequestedAccess?) async throws -> AuthenticatedClient {
        do {
            let client = try await client(of: call)
            call.access.identity = client.caller.identity
            guard let requested, !client.mayAsk(requested.use, of: requested.name) else { return client }
            try await checkTokenHelps(client, requested)
            throw challenge(call, for: [requested], .insufficientScope)
        } catch RequestError.unauthenticated {
            throw challenge(call, for: requested.map { [$0] } ?? [], call.headers[.authorization] == nil ? .noCredential : .wrongCredential)
        } catch RequestError.expired(let date) {
            throw challenge(call, for: requested.map { [$0] } ?? [], .expired(date))
        }
    }

    /// Authenticates a client by an API key, or by a token that was requested for the catalogue.
    func admitToCatalog(_ call: Call) async throws -> AuthenticatedClient {
        do {
            let client = try await client(of: call)
            call.access.identity = client.caller.identity
            guard !client.mayListCatalog else { return client }
            // Throws the reason if the caller lacks the right; otherwise another token helps.
            try await backend.checkListingPullable(by: client.caller)
            throw challenge(host: call.host, scopes: [Self.catalogScope], .insufficientScope)
        } catch RequestError.unauthenticated {
            let isAnonymous = call.headers[.authorization] == nil
            throw challenge(host: call.host, scopes: [Self.catalogScope], isAnonymous ? .noCredential : .wrongCredential)
        } catch RequestError.expired(let date) {
            throw challenge(host: call.host, scopes: [Self.catalogScope], .expired(date))
        }
    }

    static let catalogScope = "registry:catalog:*"

    /// Throws the reason if no token could cover the request: clients do not show the text of a challenge.
    private func checkTokenHelps(_ client: AuthenticatedClient, _ requested: RequestedAccess) async throws {
        let name = requested.name
        let found = try await backend.checkUse(requested.use, of: name.repository, in: name.namespace, by: client.caller)
        guard found.repository != nil else { throw GatewayError.notRegistered(name.repository, in: found.namespace) }
    }

    private func client(of call: Call) async throws -> AuthenticatedClient {
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
    func challenge(_ call: Call, for wishes: [RequestedAccess], _ refusal: Refusal) -> GatewayError {
        challenge(host: call.host, for: wishes, refusal)
    }

    func challenge(host: String?, for wishes: [RequestedAccess], _ refusal: Refusal) -> GatewayError {
        let scopes = wishes.map { name, use in "repository:\(name):\(use == .push ? "pull,push" : use.action)" }
        return challenge(host: host, scopes: scopes, refusal)
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
        if let url = options.publicURL { return (url, String(url.drop { $0 != "/" }.dropFirst(2))) }
        let host = host ?? "localhost"
        return ("\(options.isTLS ? "https" : "http")://\(host)", host)
    }
}
