import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import Logging
import Naming
import RegistryClient
import Wire

/// An error in the format of the distribution API (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes).
struct GatewayError: Error {
    let status: Int
    let code: String
    let message: String
    var headers = HTTPFields()
    /// The label under which an error of a registry is counted; nil for any other error.
    var failure: UpstreamErrorReason?

    static func denied(_ message: String) -> GatewayError { GatewayError(status: 403, code: "DENIED", message: message) }
    /// - Parameter reason: the registry requires a credential, which this repository does not have.
    static func withoutCredential(_ reason: ErrorText) -> GatewayError {
        var error = denied(reason.sentences(advice: "Store a user name and a password with 'docker-cloud repository update'"))
        error.failure = .refused
        return error
    }
    static let adviceOnDenial = "Check the rights of this user at the registry"
    static func nameInvalid(_ message: String) -> GatewayError { GatewayError(status: 400, code: "NAME_INVALID", message: message) }
    static func tagInvalid(_ message: String) -> GatewayError { GatewayError(status: 400, code: "TAG_INVALID", message: message) }
    static func digestInvalid(_ message: String) -> GatewayError { GatewayError(status: 400, code: "DIGEST_INVALID", message: message) }
    static func unsupported(_ message: String) -> GatewayError { GatewayError(status: 405, code: "UNSUPPORTED", message: message) }

    static let unsupportedMethod = unsupported("This resource does not support this method")

    /// A response of the registry that is invalid for the request.
    static func upstream(_ message: String, status: Int = 502) -> GatewayError {
        var error = GatewayError(status: status, code: "UNKNOWN", message: message)
        error.failure = .invalid
        return error
    }

    /// A status below 400 that the request does not allow.
    static func unexpected(_ response: UpstreamResponse, from repository: UpstreamRepository) -> GatewayError {
        upstream(UpstreamErrorResponse(response, body: nil, of: repository).text.sentences())
    }

    init(status: Int, code: String, message: String, headers: HTTPFields = HTTPFields()) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }

    /// The error of a request that ended with any error. Unexpected ones are logged.
    init(_ error: any Error, logger: Logger) {
        switch error {
        case let error as GatewayError: self = error
        case let limit as LimitReached: self.init(limit)
        case is CancellationError: self.init(RequestError.busy("The client disconnected", retryAfter: 1))
        case let error as TransportError: self.init(error)
        case let error as UpstreamError: self.init(error)
        default: self.init(ResponseError(error, logger: logger))
        }
    }

    init(_ error: GatewayPath.ParsingError) {
        switch error {
        case .unknown: self.init(status: 404, code: "UNSUPPORTED", message: "There is nothing at this path")
        case .reference: self = .tagInvalid("The reference is neither a tag nor a digest")
        case .digest: self = .digestInvalid("The digest is not a valid sha256 or sha512 digest")
        }
    }

    init(_ error: RequestError) { self.init(ResponseError.operation(error)) }

    init(_ error: ResponseError) {
        var headers = HTTPFields()
        switch error {
        case .throttled(let seconds), .operation(.busy(_, let seconds)): headers[.retryAfter] = "\(seconds)"
        default: break
        }
        let code =
            switch error {
            case .operation(let error): Self.code(error)
            case .throttled: "TOOMANYREQUESTS"
            case .methodNotAllowed: "UNSUPPORTED"
            case .bodyTooLarge, .headTooLarge: "SIZE_INVALID"
            case .unsupportedMediaType: "UNKNOWN"
            }
        self.init(status: error.status, code: code, message: error.message, headers: headers)
    }

    private static func code(_ error: RequestError) -> String {
        switch error {
        case .unauthenticated, .expired: "UNAUTHORIZED"
        case .forbidden: "DENIED"
        case .notFound: "NAME_UNKNOWN"
        case .invalid, .credentialRejected: "NAME_INVALID"
        case .busy, .unavailable: "UNAVAILABLE"
        case .conflict, .credentialWithheld, .report, .internal: "UNKNOWN"
        }
    }

    /// The error that ended a response early.
    init(_ error: TransportError) {
        switch error {
        case .timedOut: self = .upstream("The registry's response stopped before its end", status: 504)
        case .limited(let limit): self.init(limit)
        default: self = .upstream("The registry's response ended early: \(error.reason)")
        }
        failure = UpstreamErrorReason(midway: error)
    }

    /// A limit of this server, which the registry did not cause.
    init(_ limit: LimitReached) {
        self.init(RequestError.busy(limit.text.sentences(stored: "The request was not sent to the registry"), retryAfter: limit.retryAfter))
    }

    init(_ error: UpstreamError) {
        switch error {
        case .unreachable(let reason), .untrusted(let reason), .unknownHost(let reason):
            self = .upstream(reason.sentences())
        case .failed(let reason, let retryAfter):
            self = .upstream(reason.sentences())
            headers[.retryAfter] = retryAfter
        case .timedOut(let reason): self = .upstream(reason.sentences(), status: 504)
        case .loginRefused(let refusal):
            self = .denied(refusal.reason.sentences(advice: "Update the credential with 'docker-cloud repository update'"))
            if let seconds = refusal.retryAfter { headers[.retryAfter] = "\(seconds)" }
        case .denied(let reason):
            self = .denied(reason.sentences(advice: Self.adviceOnDenial))
        case .forbidden(let reason), .forbiddenRedirect(let reason): self = .denied(reason.sentences())
        case .throttled(let reason, let retryAfter):
            self.init(status: 429, code: "TOOMANYREQUESTS", message: reason.sentences(advice: "Try again later"))
            headers[.retryAfter] = retryAfter
        case .limited(let limit): self.init(limit)
        case .abandoned:
            self.init(status: 400, code: "BLOB_UPLOAD_INVALID", message: "The upload ended early. Nothing was stored. Try again.")
        }
        failure = UpstreamErrorReason(error)
    }
}

extension GatewayError {
    /// The body of a response.
    struct Document: Encodable {
        struct Entry: Encodable {
            let code: String
            let message: String
        }
        let errors: [Entry]
    }

    var document: Document { Document(errors: [.init(code: code, message: message)]) }
}

extension Response {
    init(_ error: GatewayError) {
        var headers = error.headers
        // Registries send values that clients cannot parse, or that would make them wait for too long.
        if let text = headers[.retryAfter], !HeaderPolicy.isRetryAfter(text) { headers[.retryAfter] = nil }
        self.init(status: .init(code: error.status), body: error.document, headers: headers)
    }
}
