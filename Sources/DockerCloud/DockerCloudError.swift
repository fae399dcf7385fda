import Wire

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
    /// Identifies the stored user name that a registry refused; nil for any other error.
    package internal(set) var refusedUser: String?

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

        /// The same request would fail again (400 and other 4xx).
        public static let invalidRequest = Code(rawValue: "invalidRequest")
        /// The registry does not accept the credential in the request (400).
        public static let credentialRejected = Code(rawValue: "credentialRejected")
        /// The registry rejected the same credential before, so it was not sent (409).
        public static let credentialWithheld = Code(rawValue: "credentialWithheld")
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

        // MARK: Reports of agents

        /// The report has no services, and the server has others stored than those that it refers to (409).
        package static let reportUnknown = Code(rawValue: "reportUnknown")
        /// The server has a newer report of this agent (409).
        package static let reportOutdated = Code(rawValue: "reportOutdated")
        /// Another agent reports under this name (409).
        package static let agentNameTaken = Code(rawValue: "agentNameTaken")

        // MARK: Searches for an action

        /// No action has a UUID with the given prefix.
        public static let noMatch = Code(rawValue: "noMatch")
        /// More than one action has a UUID with the given prefix.
        public static let ambiguous = Code(rawValue: "ambiguous")
    }
}

extension DockerCloudError: CustomStringConvertible {
    /// Sentences for the user: what failed, and what to do.
    public var description: String { text() }

    /// The description with a sentence about what the operation stored or did not store.
    package func text(stored: String? = nil) -> String {
        let text =
            if isComplete {
                [message, stored.map { "\($0)." }].compactMap(\.self).joined(separator: " ")
            } else {
                Self.join([message.withoutFullStop + (status.map { " (\($0))" } ?? ""), stored, advice].compactMap(\.self))
            }
        return text + (requestID.map { " [request \($0)]" } ?? "")
    }

    /// Whether the message has several sentences, and says what to do. That of a rejected API key does not say it to users of the command.
    private var isComplete: Bool { message.hasSuffix(".") && message.contains(". ") && code != .unauthenticated }

    private static func join(_ sentences: [String]) -> String {
        sentences.count == 1 ? sentences[0] : sentences.map { "\($0)." }.joined(separator: " ")
    }

    private var advice: String? {
        guard let status else { return nil }
        return switch status {
        case 401: "Check the user and the API key, or log in again with 'docker-cloud login'"
        case 429: "Wait a few minutes before the next try"
        case 502...504: "Try again later"
        case 500...: "The server's log says more"
        default: nil
        }
    }
}

extension DockerCloudError.Code {
    /// The kind of an error response.
    ///
    /// - Parameter code: the code in its body.
    init(status: Int, code: String?) {
        self =
            switch status {
            case 400 where code == ErrorBody.credentialRejected: .credentialRejected
            case 401: .unauthenticated
            case 403: .forbidden
            case 404: .notFound
            case 409: Self(conflict: code)
            case 429: .tooManyRequests
            case 400..<500: .invalidRequest
            case 502...504: .unavailable
            default: .serverError
            }
    }

    private init(conflict code: String?) {
        self =
            switch code {
            case ErrorBody.credentialWithheld: .credentialWithheld
            case ErrorBody.reportUnknown: .reportUnknown
            case ErrorBody.reportOutdated: .reportOutdated
            case ErrorBody.agentNameTaken: .agentNameTaken
            default: .conflict
            }
    }
}

extension DockerCloudError {
    static func invalidHost(reason: String) -> Self {
        Self(
            code: .invalidHost,
            message: "The server's address cannot be used: \(reason). Write it as https://cloud.example or http://127.0.0.1:8080.")
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

    /// - Parameter kind: the kind of object, in the singular.
    static func noMatch(_ prefix: String, _ kind: String) -> Self {
        Self(code: .noMatch, message: "No \(kind) has a UUID that starts with '\(prefix)'")
    }

    static func noMatch(ofUUIDOrName identifier: String, _ kind: String) -> Self {
        Self(code: .noMatch, message: "No \(kind) has the name '\(identifier)' or a UUID that starts with it")
    }

    static func ambiguous(_ prefix: String, _ kind: String, candidates: [String]) -> Self {
        Self(
            code: .ambiguous,
            message: "The UUIDs of several \(kind)s start with '\(prefix)', such as \(candidates.joined(separator: ", "))")
    }

    static func ambiguous(uuidOrName identifier: String, _ kind: String, candidates: [String]) -> Self {
        Self(
            code: .ambiguous,
            message: "Several \(kind)s match '\(identifier)': use one of the UUIDs, such as \(candidates.joined(separator: ", "))")
    }

    static func redirected(status: Int, location: String?) -> Self {
        Self(
            code: .redirected,
            message: "The server responded with a redirect (\(status)) to \(location ?? "an unknown address"). Redirects are not followed, "
                + "because the key would be sent along. If the new address is correct, use it as the address of the server.",
            status: status)
    }

    static func invalidResponse(reason: String, requestID: String?) -> Self {
        Self(
            code: .invalidResponse,
            message: "The response is invalid: \(reason). Check that the address is that of a Docker Cloud server.", requestID: requestID)
    }

    static let cancelled = Self(code: .cancelled, message: "The request was cancelled")
}

extension String {
    /// Without a final full stop, so that text can follow.
    fileprivate var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
