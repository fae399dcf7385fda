package import FoundationEssentials

/// The errors of operations. HTTPSupport adds those of the protocol.
package enum RequestError: Error, Hashable, Sendable {
    /// The content of the request is wrong; the same request would fail again.
    case invalid(String)
    /// The registry does not accept the credential in the request.
    /// - user: identifies a stored user name without revealing it; nil if the request contained the name.
    case credentialRejected(String, user: String? = nil)
    /// The registry rejected the same credential before, and the caller asked not to send it again.
    case credentialWithheld(String)
    /// Missing or wrong credentials. The response does not reveal which part was wrong.
    case unauthenticated
    /// A valid API key that expired at this date.
    case expired(Date)
    case forbidden(String)
    case notFound(String)
    case conflict(String)
    /// A report of an agent that was not stored.
    case report(ReportRefusal)
    case `internal`
    case unavailable(String)
    /// A limit of the server was reached; the same request may succeed after this many seconds.
    case busy(String, retryAfter: Int)

    package var status: Int {
        switch self {
        case .invalid, .credentialRejected: 400
        case .unauthenticated, .expired: 401
        case .forbidden: 403
        case .notFound: 404
        case .conflict, .credentialWithheld, .report: 409
        case .internal: 500
        case .unavailable, .busy: 503
        }
    }

    package var message: String {
        switch self {
        case .invalid(let message), .credentialRejected(let message, _), .credentialWithheld(let message), .forbidden(let message),
            .notFound(let message), .conflict(let message),
            .unavailable(let message), .busy(let message, _):
            message
        case .report(let refusal): refusal.rawValue
        case .unauthenticated: "The user name or the API key is wrong, or the account is disabled"
        case .expired(let date):
            "The API key expired at \(date.formatted(.iso8601)): log in with another one"
        case .internal: "Internal server error. The server log has details under the X-Request-Id of this response."
        }
    }
}

/// The reasons why a valid report of an agent is not stored. The raw values are error messages.
package enum ReportRefusal: String, Error, Hashable, Sendable, CaseIterable {
    case unknown = "The report has no services, and the stored ones are others. Nothing was stored. Send the services."
    case outdated = "A newer report of this agent is stored. Nothing was stored."
    case nameTaken =
        "Another instance reported under this name in the last 15 minutes. Nothing was stored. Choose another name, or remove the other agent."
}
