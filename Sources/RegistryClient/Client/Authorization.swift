import Domain
import HTTPTypes
import Naming

/// The authorization of one request.
struct Authorization: Sendable {
    /// The value of the `Authorization` field; nil for an anonymous request.
    var value: Secret?
    var login: TransportRequest.Login?
    var token: (value: Token, key: TokenCache.Key)?
    /// Whether it is a token that was requested for this request. A login is always fresh.
    var isFresh = true
}
