package import Domain

/// The reason why there is no response of a registry to a request; each with its text for users.
package enum UpstreamError: Error, Hashable, Sendable {
    /// The registry, or its token realm, does not respond, or responds with something else.
    case unreachable(ErrorText)
    /// The registry or its realm reports a failure of its own. `retryAfter` is the value of the `Retry-After` field.
    case failed(ErrorText, retryAfter: String?)
    /// The registry has no certificate that is trusted.
    case untrusted(ErrorText)
    /// The DNS has no such host.
    case unknownHost(ErrorText)
    case timedOut(ErrorText)
    /// The registry or its realm refuses the user name and password, or has refused them recently.
    case loginRefused(LoginRefusal)
    /// The realm grants no token of the necessary scope.
    case denied(ErrorText)
    /// The address policy or the rule of realms does not allow the request.
    case forbidden(ErrorText)
    /// The registry redirects to a place that is not allowed. The credential was not refused.
    case forbiddenRedirect(ErrorText)
    /// The registry or its realm limits the rate of requests. `retryAfter` is the value of the `Retry-After` field.
    case throttled(ErrorText, retryAfter: String?)
    /// The client aborted its upload.
    case abandoned
    /// A limit of this server was reached.
    case limited(LimitReached)

    /// - Parameter host: the host that the request was sent to.
    init(_ error: any Error, of host: RequestedHost) {
        if let error = error as? UpstreamError {
            self = error
            return
        }
        let error = TransportError(error)
        let text = host.text(error)
        let isRegistry = if case .registry = host { true } else { false }
        let isTarget = if case .target = host { true } else { false }
        switch error {
        case .timedOut: self = .timedOut(text)
        case .forbidden: self = isTarget ? .forbiddenRedirect(text) : .forbidden(text)
        case .abandoned: self = .abandoned
        case .limited(let limit): self = .limited(limit)
        case .loginHeld(let refusal): self = .loginRefused(refusal.withReason(text))
        case .unknownHost: self = isRegistry ? .unknownHost(text) : .unreachable(text)
        case .untrusted: self = isRegistry ? .untrusted(text) : .unreachable(text)
        case .connection, .notTLS: self = .unreachable(text)
        }
    }
}
