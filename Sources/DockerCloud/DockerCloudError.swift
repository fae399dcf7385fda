import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// The reason why a request failed. The description says what to do next and never contains a password or a key.
public struct DockerCloudError: Error, Hashable, Sendable {
    /// The kind of failure.
    public let code: Code
    /// The failure in a sentence. For a response with an error status, it is the server's own message without the secrets of the request.
    public let message: String
    /// The HTTP status of the response; nil if the failure is not the status of a response.
    public let status: Int?
    /// The time to wait before another attempt, if the server stated one.
    public let retryAfter: Duration?
    /// The ID of the request in the server's log; nil if no response contained one.
    public let requestID: String?

    /// Creates an error. A fake can throw it in place of a server's response.
    public init(code: Code, message: String, status: Int? = nil, retryAfter: Duration? = nil, requestID: String? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
        self.requestID = requestID
    }
}

extension DockerCloudError {
    /// A kind of failure. Later versions of this library may add kinds.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the kind, for logs.
        public let rawValue: String

        /// The kind with that name.
        public init(rawValue: String) { self.rawValue = rawValue }

        // MARK: Nothing was sent

        /// The text is not the address of a server. The message does not repeat it, because it may contain a password.
        public static let invalidHost = Code(rawValue: "invalidHost")
        /// The user, key or header value cannot be sent.
        public static let invalidAuthorization = Code(rawValue: "invalidAuthorization")
        /// The text is not the name of a namespace.
        public static let invalidNamespace = Code(rawValue: "invalidNamespace")
        /// The text is not a valid name of a repository, registry, account, API key or action.
        public static let invalidName = Code(rawValue: "invalidName")

        // MARK: No valid response

        /// Connecting to the server failed, or the connection was lost.
        public static let notReachable = Code(rawValue: "notReachable")
        /// The request exceeded the client's time-out.
        public static let timedOut = Code(rawValue: "timedOut")
        /// The server responded with a redirect, which the client does not follow.
        public static let redirected = Code(rawValue: "redirected")
        /// The response is not a response of this API.
        public static let invalidResponse = Code(rawValue: "invalidResponse")
        /// The task was cancelled.
        public static let cancelled = Code(rawValue: "cancelled")

        // MARK: Responses of the server

        /// The same request would fail again, such as one with a credential that its registry refuses (400 and other 4xx).
        public static let invalidRequest = Code(rawValue: "invalidRequest")
        /// The server does not accept the API key (401).
        public static let unauthenticated = Code(rawValue: "unauthenticated")
        /// The account or its API key lacks a right (403).
        public static let forbidden = Code(rawValue: "forbidden")
        /// The object does not exist, or the account may not see it (404).
        public static let notFound = Code(rawValue: "notFound")
        /// The name is in use, or the object was changed at the same time (409).
        public static let conflict = Code(rawValue: "conflict")
        /// Too many requests with wrong credentials came from this address (429).
        public static let tooManyRequests = Code(rawValue: "tooManyRequests")
        /// The server cannot serve the request at the moment (502, 503, 504).
        public static let unavailable = Code(rawValue: "unavailable")
        /// The server failed (500 and other 5xx).
        public static let serverError = Code(rawValue: "serverError")

        // MARK: Searches for an action

        /// No action has a UUID with the given prefix.
        public static let noMatch = Code(rawValue: "noMatch")
        /// More than one action has a UUID with the given prefix.
        public static let ambiguous = Code(rawValue: "ambiguous")
    }
}

extension DockerCloudError: CustomStringConvertible {
    /// One or two sentences for the user.
    public var description: String {
        (advice.map { message.asSentence + $0 } ?? message) + (requestID.map { " [request \($0)]" } ?? "")
    }

    /// The status with advice; nil if the message contains both, or if there is no status.
    private var advice: String? {
        guard let status, code != .redirected else { return nil }
        return switch status {
        case 401: " (401). Check the user and the API key, or log in again with 'docker-cloud login'"
        case 429: " (429). Wait a few minutes before the next try"
        case 502...504: " (\(status)). Try again later"
        case 500...: " (\(status)). The server's log says more"
        default: " (\(status))"
        }
    }
}

extension DockerCloudError.Code {
    /// The kind of a response with this error status.
    init(status: Int) {
        self =
            switch status {
            case 401: .unauthenticated
            case 403: .forbidden
            case 404: .notFound
            case 409: .conflict
            case 429: .tooManyRequests
            case 400..<500: .invalidRequest
            case 502...504: .unavailable
            default: .serverError
            }
    }
}

extension DockerCloudError {
    static func invalidHost(reason: String) -> Self {
        Self(
            code: .invalidHost,
            message: "The server's address cannot be used: \(reason). Write it as https://cloud.example or http://127.0.0.1:8080")
    }

    static func invalidAuthorization(reason: String) -> Self {
        Self(code: .invalidAuthorization, message: "The credential cannot be sent: \(reason)")
    }

    static func invalidNamespace(_ name: String, reason: String) -> Self {
        Self(code: .invalidNamespace, message: "'\(name)' is not a namespace: \(reason)")
    }

    /// The message does not repeat the text, which may be a URL with a password or a whole API key.
    static func invalidName(reason: String) -> Self {
        Self(code: .invalidName, message: "Not a valid name: \(reason)")
    }

    static func noMatch(_ prefix: String) -> Self {
        Self(code: .noMatch, message: "No action has a UUID that starts with '\(prefix)'")
    }

    static func ambiguous(_ prefix: String, candidates: [String]) -> Self {
        Self(
            code: .ambiguous,
            message: "The UUIDs of several actions start with '\(prefix)', such as \(candidates.joined(separator: ", "))")
    }

    static func notReachable(_ host: CloudHost, reason: String) -> Self {
        Self(
            code: .notReachable, message: "\(host) cannot be reached: \(reason). Check the address and that the server is running")
    }

    static func timedOut(_ host: CloudHost, after timeout: Duration) -> Self {
        Self(
            code: .timedOut,
            message: "\(host) did not respond within \((timeout / .seconds(1)).formattedSeconds). Try again later, or check the server")
    }

    static func redirected(status: Int, location: String?) -> Self {
        Self(
            code: .redirected,
            message: "The server responded with a redirect (\(status)) to \(location ?? "an unknown address"). Redirects are not followed, "
                + "because the key would be sent along. If the new address is correct, use it as the address of the server",
            status: status)
    }

    static func invalidResponse(reason: String, requestID: String?) -> Self {
        Self(
            code: .invalidResponse,
            message: "The response is invalid: \(reason). Check that the address is that of a Docker Cloud server", requestID: requestID)
    }

    static let cancelled = Self(code: .cancelled, message: "The request was cancelled")
}

extension String {
    /// Without a final full stop, so that text can follow.
    fileprivate var asSentence: String { hasSuffix(".") ? String(dropLast()) : self }
}

extension Double {
    fileprivate var formattedSeconds: String {
        self == rounded() && magnitude < 1e9 ? "\(Int(self)) s" : "\(self) s"
    }
}

extension DockerCloudError {
    /// Converts an error of AsyncHTTPClient, SwiftNIO or TLS.
    init(_ error: any Error, from host: CloudHost, timeout: Duration) {
        switch error {
        case let error as DockerCloudError: self = error
        case let error as HTTPClientError: self = Self.http(error, host, timeout)
        case let error as NIOConnectionError: self = .notReachable(host, reason: Self.reason(error))
        case let error as IOError: self = .notReachable(host, reason: Self.reason(error))
        case let error as NIOSSLError: self = Self.tls(error, host)
        case let error as BoringSSLError: self = Self.tls(error, host)
        case let error as NIOSSLExtraError: self = Self.tls(error, host)
        case is CancellationError: self = .cancelled
        default: self = .notReachable(host, reason: "the connection was lost (\(error))")
        }
    }

    private static func http(_ error: HTTPClientError, _ host: CloudHost, _ timeout: Duration) -> DockerCloudError {
        switch error {
        case .cancelled: .cancelled
        case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout:
            .timedOut(host, after: timeout)
        case .connectTimeout: .notReachable(host, reason: "no connection within 5 s")
        case .tlsHandshakeTimeout: .notReachable(host, reason: "no TLS handshake within 5 s")
        case .remoteConnectionClosed:
            .notReachable(host, reason: "the server closed the connection before it responded")
        case .invalidURL: .invalidResponse(reason: "its next page is not a path of this API", requestID: nil)
        default: .notReachable(host, reason: "\(error.shortDescription)")
        }
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        guard let failure = error.connectionErrors.last?.error else { return "its host name cannot be resolved" }
        return (failure as? IOError).map(reason) ?? "the connection failed"
    }

    private static func reason(_ error: IOError) -> String {
        String(cString: strerror(error.errnoCode)).lowercased()
    }

    private static func tls(_ error: some Error, _ host: CloudHost) -> DockerCloudError {
        .notReachable(
            host,
            reason: "TLS failed (\(error)); this system must trust the server's certificate, and a server without TLS is http://…")
    }
}
