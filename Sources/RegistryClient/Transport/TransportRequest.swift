import Domain
import HTTPTypes
import NIOCore
import Naming

/// An HTTP request to an endpoint.
struct TransportRequest: Sendable {
    let url: RegistryURL
    var head: HTTPRequest
    /// The value of the `Authorization` field. It is not in ``head``, which may be printed.
    var authorization: Secret?
    var body = UpstreamRequest.Body.none
    /// The login that the request carries; nil if there is none.
    var login: Login?
    var transmission: Transmission?
    /// For the head of the response, from the last byte of the request on.
    var limit: TimeAmount

    /// - Parameter target: path and query.
    init(_ method: HTTPRequest.Method, _ target: String, at endpoint: RegistryEndpoint, limit: TimeAmount) {
        url = endpoint.url(target)
        head = HTTPRequest(method: method, scheme: endpoint.scheme, authority: endpoint.authority.apiAuthority, path: target)
        self.limit = limit
    }

    /// A user name and password as part of a request.
    struct Login: Sendable {
        enum Receiver: Sendable {
            case registry
            /// A mount, which registries may also refuse because of the source repository.
            case mount
            /// - isForm: whether the login is in the body.
            case realm(isForm: Bool)
        }

        let fingerprint: Int
        let use: LoginUse
        let cause: LoginCause
        let receiver: Receiver
        /// Whether it is sent to understand the refusal of another request.
        var isFollowUp = false
        /// Shared with the request that follows a refusal; nil for a login whose refusal is final.
        var turn: LoginTurn?

        init(_ credential: Credential, for use: LoginUse, cause: LoginCause, at receiver: Receiver = .registry) {
            fingerprint = LoginLimiter.fingerprint(of: credential)
            self.use = use
            self.cause = cause
            self.receiver = receiver
        }

        /// Whether a response accepts the login for its use; nil if it says nothing about it.
        func isAccepted(by status: Int, _ challenges: [Challenge] = []) -> Bool? {
            switch (receiver, status) {
            case (_, 200..<300): true
            case (.mount, _): nil
            // A challenge for tokens only means that the registry does not accept logins.
            case (.registry, 401): challenges.isEmpty || challenges.contains { $0.scheme == "basic" } ? false : nil
            case (.registry, 403), (.registry, 404), (.registry, 405), (.registry, 416): true
            case (.realm, 401): false
            // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
            case (.realm(let isForm), 400): isForm ? false : nil
            default: nil
            }
        }
    }

    var forwardedBody: ForwardedBody? { if case .forwarded(let body) = body { body } else { nil } }
}
