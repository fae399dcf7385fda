import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import Operations

/// Who calls the gateway, and what the token that it came with is good for; nil where it came with its API key.
struct Visitor: Sendable {
    let caller: Caller
    let access: [GatewayTokens.Access]?

    /// Whether what it came with is good for that; what it may do at all is not looked up here.
    func mayAsk(_ use: ContentUse, of name: GatewayName) -> Bool {
        guard let access else { return true }
        let namespace = name.namespace ?? caller.identity.home
        return access.contains { $0.allows(use, of: name.repository, in: namespace) }
    }
}

// Getting in.
extension GatewayDoor {
    typealias Wish = (name: GatewayName, use: ContentUse)

    /// Takes an API key as it is, or a token that was made with one. Whoever has neither is told where tokens are made, and for what.
    func admit(_ call: Call, for wish: Wish?) async throws -> Visitor {
        do {
            let visitor = try await visitor(of: call)
            call.access.identity = visitor.caller.identity
            guard let wish, !visitor.mayAsk(wish.use, of: wish.name) else { return visitor }
            try await checkThatATokenWouldHelp(visitor, wish)
            throw challenge(call, for: wish, error: "insufficient_scope")
        } catch Fault.unauthenticated {
            throw challenge(call, for: wish, error: call.headers[.authorization] == nil ? nil : "invalid_token")
        }
    }

    /// Where no token could be good for it, the reason is said: clients show nothing of a challenge.
    private func checkThatATokenWouldHelp(_ visitor: Visitor, _ wish: Wish) async throws {
        let name = wish.name
        let found = try await backend.checkUse(wish.use, of: name.repository, in: name.namespace, by: visitor.caller)
        guard found.repository != nil else { throw GatewayFault.notRegistered(name.repository, in: found.namespace) }
    }

    private func visitor(of call: Call) async throws -> Visitor {
        guard case .bearer(let secret)? = call.headers[.authorization].flatMap({ AuthorizationValue(parsing: $0) }),
            secret.revealed().utf8.contains(UInt8(ascii: "."))
        else { return Visitor(caller: caller(try await identify(call), of: call), access: nil) }
        guard let claims = tokens.claims(of: secret.revealed()) else { throw Fault.unauthenticated }
        let identity = try await gatekeeper.identify(tokenOf: claims.key, in: call.attempt)
        return Visitor(caller: caller(identity, of: call), access: claims.access)
    }

    func identify(_ call: Call) async throws -> Identity {
        try await gatekeeper.identify(call.headers, in: call.attempt)
    }

    func caller(_ identity: Identity, of call: Call) -> Caller {
        Caller(identity: identity, origin: Action.Origin(of: call, by: identity))
    }

    /// https://distribution.github.io/distribution/spec/auth/token/
    private func challenge(_ call: Call, for wish: Wish?, error: String?) -> GatewayFault {
        let base = base(of: call)
        var challenge = "Bearer realm=\"\(base.url)\(Self.tokenPath)\",service=\"\(base.host)\""
        if let (name, use) = wish {
            let actions = use == .push ? "pull,push" : use.action
            challenge += ",scope=\"repository:\(name):\(actions)\""
        }
        if let error { challenge += ",error=\"\(error)\"" }
        var fault = GatewayFault(Fault.unauthenticated)
        fault.headers[.wwwAuthenticate] = challenge
        return fault
    }

    /// Where clients reach the server. A host is taken from the request where it can stand in a challenge; the connection has checked
    /// its form.
    func base(of call: Call) -> (url: String, host: String) {
        if let url = options.publicURL { return (url, String(url.drop { $0 != "/" }.dropFirst(2))) }
        let host = call.host ?? "localhost"
        return ("\(options.isTLS ? "https" : "http")://\(host)", host)
    }
}
