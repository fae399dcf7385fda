/// The reason why a request has no response; each with a sentence for the repository's `state_reason`.
package enum TransportError: Error, Hashable, Sendable {
    /// There is no connection, or it broke.
    case connection(String)
    /// The DNS has no such host name, or no address for it.
    case unknownHost
    case timedOut
    /// The address policy does not allow the connection; the reason says who may allow it, and how.
    case forbidden(String)
    /// The other side does not speak TLS.
    case notTLS
    /// The other side has no trusted certificate, or no accepted version of TLS.
    case untrusted(String)
    /// The client broke off its upload.
    case abandoned
    /// A limit of this server was reached. The error says nothing about the registry.
    case limited(LimitReached)
    /// The login is held back, because it was refused lately.
    case loginHeld(LoginRefusal)

    package var reason: String {
        switch self {
        case .connection(let reason): reason
        case .unknownHost: "the host name is not known"
        case .forbidden(let reason): reason
        case .timedOut: "no answer in time"
        case .notTLS: "it does not speak TLS"
        case .untrusted(let reason): "TLS failed: \(reason)"
        case .abandoned: "the upload broke off"
        case .limited(let limit): limit.reason
        case .loginHeld(let refusal): refusal.reason
        }
    }
}
