import Domain
package import NIOCore

/// Sends one request to a registry and gives back what it answered. What is sent where is the caller's decision; a
/// transport follows no redirect and adds no credential.
package protocol RegistryTransport: Sendable {
    func send(
        _ request: RegistryRequest, to endpoint: RegistryEndpoint, deadline: NIODeadline
    ) async throws(TransportError)
        -> RegistryResponse
}

package struct RegistryRequest: Sendable {
    package enum Method: String, Sendable { case get = "GET", post = "POST", delete = "DELETE" }

    package let method: Method
    package let url: String
    /// The whole value of the `Authorization` field.
    let authorization: Secret?
    /// The body, of the type `application/x-www-form-urlencoded`.
    let form: Secret?

    /// Identifies the credential for ``LoginLimiter``; nil if the request has none.
    var login: String? { form?.revealed() ?? authorization?.login }

    init(_ method: Method, _ url: String, authorization: Secret? = nil, form: Secret? = nil) {
        self.method = method
        self.url = url
        self.authorization = authorization
        self.form = form
    }
}

extension Secret {
    /// The value of an `Authorization` field that is sent to a registry, where it carries user name and password.
    var login: String? { revealed().hasPrefix("Basic ") ? revealed() : nil }
}

package struct RegistryResponse: Sendable {
    package let status: Int
    package let challenges: [Challenge]
    package let location: String?
    /// The beginning of the body, ``bodyLimit`` bytes at most.
    package let body: [UInt8]

    /// Enough for every error document; listings are not read to their end.
    package static let bodyLimit = 64 * 1024

    package init(status: Int, challenges: [Challenge] = [], location: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.challenges = challenges
        self.location = location
        self.body = body
    }
}

/// Why there is no answer; each with a sentence for the repository's `state_reason`.
package enum TransportError: Error, Hashable, Sendable {
    /// No connection, or it broke.
    case connection(String)
    case timedOut
    /// Nobody allowed to connect there; the reason says who may, and how.
    case forbidden(String)
    /// What answers does not speak TLS.
    case notTLS
    /// TLS, but not with a certificate or a version that can be trusted.
    case untrusted(String)
    /// What was to be sent came to no end: whoever sends it has given up.
    case abandoned
    /// A limit of this server was reached. The error says nothing about the registry.
    case limited(LimitReached)

    package var reason: String {
        switch self {
        case .connection(let reason): reason
        case .forbidden(let reason): reason
        case .timedOut: "no answer in time"
        case .notTLS: "it does not speak TLS"
        case .untrusted(let reason): "TLS failed: \(reason)"
        case .abandoned: "what was sent broke off"
        case .limited(let limit): limit.reason
        }
    }
}
