/// Why a call failed; its description says what to do next and never holds a password or a key.
public enum DockerCloudError: Error, Hashable, Sendable {
    /// The text does not say where a server is; it is not repeated, since it may hold a password.
    case invalidHost(reason: String)
    /// The user, key or header value cannot be sent.
    case invalidAuthorization(reason: String)
    /// The text is not the name of a namespace.
    case invalidNamespace(String, reason: String)
    /// The text is not what names the thing: a repository, a registry, an account, an API key or an action; nothing was sent.
    case invalidName(String, reason: String)
    /// No action has a UUID that begins like this.
    case noMatch(String)
    /// More than one action has a UUID that begins like this; the candidates are some of theirs.
    case ambiguous(String, candidates: [String])
    /// There is no connection to the server, or it broke.
    case notReachable(host: String, reason: String)
    /// The server took longer than the client's time-out, in seconds.
    case timedOut(host: String, seconds: Double)
    /// The server sent the client elsewhere, where it does not go with its credential.
    case redirected(status: Int, location: String?)
    /// The server reported a failure: the HTTP status, its message, and the number under which it logged the call.
    case api(status: Int, message: String, requestID: String?)
    /// The answer is not what this API answers.
    case invalidResponse(reason: String, requestID: String?)
    /// The task was cancelled.
    case cancelled
}

extension DockerCloudError: CustomStringConvertible {
    /// One or two sentences for a person.
    public var description: String {
        switch self {
        case .invalidHost(let reason):
            "The server's address cannot be used: \(reason). Write it as https://cloud.example or http://127.0.0.1:8080"
        case .invalidAuthorization(let reason): "The credential cannot be sent: \(reason)"
        case .invalidNamespace(let name, let reason): "'\(name)' is not a namespace: \(reason)"
        case .invalidName(_, let reason): "Not a valid name: \(reason)"
        case .noMatch(let beginning): "There is no action whose UUID begins with '\(beginning)'"
        case .ambiguous(let beginning, let candidates):
            "The UUID of more than one action begins with '\(beginning)', among them: \(candidates.joined(separator: ", "))"
        case .notReachable(let host, let reason):
            "\(host) cannot be reached: \(reason). Check the address and that the server is running"
        case .timedOut(let host, let seconds):
            "\(host) did not answer within \(seconds.formattedSeconds). Try again later, or check the server"
        case .redirected(let status, let location):
            "The server answered with a redirect (\(status)) to \(location ?? "an address it did not name"). "
                + "Redirects are not followed, as the key would go along: if the new address is right, use it as the server's"
        case .api(let status, let message, let requestID):
            message.asSentence + Self.advice(status) + Self.reference(requestID)
        case .invalidResponse(let reason, let requestID):
            "The answer cannot be understood: \(reason). Check that the address is that of a Docker Cloud server"
                + Self.reference(requestID)
        case .cancelled: "The call was cancelled"
        }
    }

    private static func advice(_ status: Int) -> String {
        switch status {
        case 401: " (401). Check the user and the API key, or log in again with 'docker-cloud login'"
        case 429: " (429). Wait a few minutes before the next try"
        case 502...504: " (\(status)). Try again later"
        case 500...: " (\(status)). The server's log says more"
        default: " (\(status))"
        }
    }

    private static func reference(_ requestID: String?) -> String {
        requestID.map { " [request \($0)]" } ?? ""
    }
}

extension String {
    /// Without the full stop that something is to follow.
    fileprivate var asSentence: String { hasSuffix(".") ? String(dropLast()) : self }
}

extension Double {
    fileprivate var formattedSeconds: String {
        self == rounded() && magnitude < 1e9 ? "\(Int(self)) s" : "\(self) s"
    }
}
