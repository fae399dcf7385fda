import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
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

    static func nameUnknown(_ message: String) -> GatewayError { GatewayError(status: 404, code: "NAME_UNKNOWN", message: message) }
    static func notRegistered(_ name: RepositoryName, in namespace: NamespaceName) -> GatewayError {
        nameUnknown(
            "There is no repository '\(name)' registered in the namespace '\(namespace)': "
                + "register it with 'docker-cloud repository register \(name)'")
    }
    static func denied(_ message: String) -> GatewayError { GatewayError(status: 403, code: "DENIED", message: message) }
    /// - Parameter reason: the reason that the registry gives.
    static func withoutCredential(_ reason: String) -> GatewayError {
        var error = denied(
            "The registry does not allow this without a user name and a password, and this repository has none: \(reason). "
                + "Store them with 'docker-cloud repository update'")
        error.failure = .refused
        return error
    }
    static func nameInvalid(_ message: String) -> GatewayError { GatewayError(status: 400, code: "NAME_INVALID", message: message) }
    static func tagInvalid(_ message: String) -> GatewayError { GatewayError(status: 400, code: "TAG_INVALID", message: message) }
    static func digestInvalid(_ message: String) -> GatewayError { GatewayError(status: 400, code: "DIGEST_INVALID", message: message) }
    static func unsupported(_ message: String) -> GatewayError { GatewayError(status: 405, code: "UNSUPPORTED", message: message) }

    /// A response of the registry that is invalid for the request.
    static func upstream(_ message: String, status: Int = 502) -> GatewayError {
        var error = GatewayError(status: status, code: "UNKNOWN", message: message)
        error.failure = .invalid
        return error
    }

    init(status: Int, code: String, message: String, headers: HTTPFields = HTTPFields()) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }

    init(_ error: RequestError) {
        var headers = HTTPFields()
        switch error {
        case .throttled(let seconds), .busy(_, let seconds): headers[.retryAfter] = "\(seconds)"
        default: break
        }
        let code =
            switch error {
            case .unauthenticated, .expired: "UNAUTHORIZED"
            case .forbidden: "DENIED"
            case .notFound: "NAME_UNKNOWN"
            case .throttled: "TOOMANYREQUESTS"
            case .methodNotAllowed: "UNSUPPORTED"
            case .tooLarge, .headTooLarge: "SIZE_INVALID"
            case .invalid: "NAME_INVALID"
            case .busy: "UNAVAILABLE"
            case .conflict, .unsupported, .internal, .unavailable: "UNKNOWN"
            }
        self.init(status: error.status, code: code, message: error.message, headers: headers)
    }

    /// The error that broke off a response in the middle.
    init(_ error: TransportError) {
        switch error {
        case .timedOut: self = .upstream("The registry's response stopped in the middle", status: 504)
        case .limited(let limit): self.init(limit)
        default: self = .upstream("The registry's response broke off: \(error.reason)")
        }
        failure = UpstreamErrorReason(midway: error)
    }

    /// A limit of this server, which the registry did not cause.
    init(_ limit: LimitReached) {
        self.init(RequestError.busy("The request was not sent to the registry, because \(limit.reason)", retryAfter: limit.retryAfter))
    }

    init(_ error: UpstreamError) {
        switch error {
        case .unreachable(let reason), .untrusted(let reason), .unknownHost(let reason):
            self = .upstream("The request to the registry failed: \(reason)")
        case .failed(let reason, let retryAfter):
            self = .upstream("The request to the registry failed: \(reason)")
            headers[.retryAfter] = retryAfter
        case .timedOut(let reason): self = .upstream("The registry did not respond in time: \(reason)", status: 504)
        case .loginRefused(let refusal):
            self = .denied(
                "The registry refuses the credential that is stored for this repository: \(refusal.reason). "
                    + "Update it with 'docker-cloud repository update'")
            if let seconds = refusal.retryAfter { headers[.retryAfter] = "\(seconds)" }
        case .denied(let reason):
            self = .denied("The registry does not allow this with the credential that is stored for this repository: \(reason)")
        case .forbidden(let reason): self = .denied("The request to the registry is not allowed: \(reason)")
        case .throttled(let reason, let retryAfter):
            self.init(status: 429, code: "TOOMANYREQUESTS", message: "The registry limits the rate of requests: \(reason)")
            headers[.retryAfter] = retryAfter
        case .limited(let limit): self.init(limit)
        case .abandoned:
            self.init(status: 400, code: "BLOB_UPLOAD_INVALID", message: "The upload broke off")
        }
        failure = UpstreamErrorReason(error)
    }
}

extension Response {
    init(_ error: GatewayError) {
        struct Document: Encodable {
            struct Entry: Encodable {
                let code: String
                let message: String
            }
            let errors: [Entry]
        }
        var headers = error.headers
        // Registries send values that clients cannot parse, or that would make them wait for too long.
        if let text = headers[.retryAfter], !HeaderPolicy.isRetryAfter(text) { headers[.retryAfter] = nil }
        self.init(
            status: .init(code: error.status), body: Document(errors: [.init(code: error.code, message: error.message)]),
            headers: headers)
    }
}
