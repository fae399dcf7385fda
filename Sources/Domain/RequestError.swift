package import FoundationEssentials

/// All errors that are reported to API callers. There is no other error table.
package enum RequestError: Error, Hashable, Sendable {
    /// The content of the request is wrong; the same request would fail again.
    case invalid(String)
    /// Missing or wrong credentials. The response does not reveal which part was wrong.
    case unauthenticated
    /// A valid API key that expired at this date.
    case expired(Date)
    case forbidden(String)
    case notFound(String)
    /// - instead: the method and the path that the caller probably meant.
    case methodNotAllowed(allowed: [String], instead: String? = nil)
    case conflict(String)
    case tooLarge(limit: Int)
    /// The request line and header fields.
    case headTooLarge(bytes: Int, fields: Int)
    case unsupported(String)
    /// Too many wrong credentials from one address.
    case throttled(retryAfter: Int)
    case `internal`
    case unavailable(String)
    /// A limit of the server was reached; the same request may succeed after this many seconds.
    case busy(String, retryAfter: Int)

    package var status: Int {
        switch self {
        case .invalid: 400
        case .unauthenticated, .expired: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .conflict: 409
        case .tooLarge: 413
        case .unsupported: 415
        case .throttled: 429
        case .headTooLarge: 431
        case .internal: 500
        case .unavailable, .busy: 503
        }
    }

    package var message: String {
        switch self {
        case .invalid(let message), .forbidden(let message), .notFound(let message), .conflict(let message),
            .unsupported(let message), .unavailable(let message), .busy(let message, _):
            message
        case .unauthenticated: "The user name or the API key is wrong, or the account is disabled"
        case .expired(let date):
            "The API key expired at \(date.formatted(.iso8601)): log in with another one"
        case .methodNotAllowed(let allowed, let instead):
            "This resource supports \(allowed.joined(separator: ", ")) only"
                + (instead.map { "; an item has its name in the path: \($0)" } ?? "")
        case .tooLarge(let limit): "The request body is larger than \(limit) bytes"
        case .headTooLarge(let bytes, let fields):
            "The head of the request is larger than \(bytes) bytes, or has more than \(fields) fields"
        case .throttled(let seconds): "Too many wrong credentials from this address: try again in \(seconds) s"
        case .internal: "Internal server error. The server log has details under the X-Request-Id of this response"
        }
    }
}
