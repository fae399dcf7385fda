import Naming

/// The reason why there is no response of a registry to a request; each with a sentence for people that begins with the registry's name.
package enum UpstreamError: Error, Hashable, Sendable {
    /// The registry, or its token realm, does not respond, or responds with something else.
    case unreachable(String)
    /// The registry has no certificate that is trusted.
    case untrusted(String)
    /// The DNS has no such host.
    case unknownHost(String)
    case timedOut(String)
    /// The registry or its realm refuses the user name and password, or has refused them lately.
    case loginRefused(LoginRefusal)
    /// The realm grants no token of the necessary scope.
    case denied(String)
    /// The address policy or the rule of realms does not allow the request.
    case forbidden(String)
    /// The registry or its realm limits the rate of requests. `retryAfter` is the value of its field.
    case throttled(String, retryAfter: String?)
    /// The client broke off its upload.
    case abandoned
    /// A limit of this server was reached.
    case limited(LimitReached)

    init(_ error: any Error, of registry: RegistryAuthority) {
        if let error = error as? UpstreamError {
            self = error
            return
        }
        let error = TransportError(error)
        let reason = "\(registry): \(error.reason)"
        switch error {
        case .timedOut: self = .timedOut(reason)
        case .forbidden: self = .forbidden(reason)
        case .abandoned: self = .abandoned
        case .limited(let limit): self = .limited(limit)
        case .loginHeld(let refusal): self = .loginRefused(refusal.prefixed(by: "\(registry): it "))
        case .unknownHost: self = .unknownHost(reason)
        case .untrusted: self = .untrusted(reason)
        case .connection, .notTLS: self = .unreachable(reason)
        }
    }
}
