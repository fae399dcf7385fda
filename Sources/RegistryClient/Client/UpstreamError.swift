import Naming

/// The reason why there is no response of a registry to a request; each with a sentence for users that begins with the registry's name.
package enum UpstreamError: Error, Hashable, Sendable {
    /// The registry, or its token realm, does not respond, or responds with something else.
    case unreachable(String)
    /// The registry or its realm reports a failure of its own. `retryAfter` is the value of the `Retry-After` field.
    case failed(String, retryAfter: String?)
    /// The registry has no certificate that is trusted.
    case untrusted(String)
    /// The DNS has no such host.
    case unknownHost(String)
    case timedOut(String)
    /// The registry or its realm refuses the user name and password, or has refused them recently.
    case loginRefused(LoginRefusal)
    /// The realm grants no token of the necessary scope.
    case denied(String)
    /// The address policy or the rule of realms does not allow the request.
    case forbidden(String)
    /// The registry or its realm limits the rate of requests. `retryAfter` is the value of the `Retry-After` field.
    case throttled(String, retryAfter: String?)
    /// The client aborted its upload.
    case abandoned
    /// A limit of this server was reached.
    case limited(LimitReached)

    /// - Parameter host: the host that a redirect of the registry led to; nil if it is the registry itself.
    init(_ error: any Error, of registry: RegistryAuthority, redirectingTo host: String? = nil) {
        if let error = error as? UpstreamError {
            self = error
            return
        }
        let error = TransportError(error)
        let reason = "\(registry): \(host.map { "it redirects to \($0): " } ?? "")\(error.reason)"
        switch error {
        case .timedOut: self = .timedOut(reason)
        case .forbidden: self = .forbidden(reason)
        case .abandoned: self = .abandoned
        case .limited(let limit): self = .limited(limit)
        case .loginHeld(let refusal): self = .loginRefused(refusal.prefixed(by: "\(registry): it "))
        case .unknownHost: self = host == nil ? .unknownHost(reason) : .unreachable(reason)
        case .untrusted: self = host == nil ? .untrusted(reason) : .unreachable(reason)
        case .connection, .notTLS: self = .unreachable(reason)
        }
    }
}
