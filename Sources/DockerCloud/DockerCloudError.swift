import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// The reason why a request failed. The description says what to do next and never contains a password or a key.
public enum DockerCloudError: Error, Hashable, Sendable {
    /// The text is not the address of a server. It is not part of the error, because it may contain a password.
    case invalidHost(reason: String)
    /// The user, key or header value cannot be sent.
    case invalidAuthorization(reason: String)
    /// The text is not the name of a namespace.
    case invalidNamespace(String, reason: String)
    /// The text is not a valid name of a repository, registry, account, API key or action. Nothing was sent.
    case invalidName(String, reason: String)
    /// No action has a UUID with this prefix.
    case noMatch(String)
    /// More than one action has a UUID with this prefix; the candidates are some of those UUIDs.
    case ambiguous(String, candidates: [String])
    /// Connecting to the server failed, or the connection was lost.
    case notReachable(host: String, reason: String)
    /// The request exceeded the client's time-out, in seconds.
    case timedOut(host: String, seconds: Double)
    /// The server responded with a redirect, which the client does not follow.
    case redirected(status: Int, location: String?)
    /// The server responded with an error: the HTTP status, its message, and the ID of the request in the server's log.
    case api(status: Int, message: String, requestID: String?)
    /// The response is not a response of this API.
    case invalidResponse(reason: String, requestID: String?)
    /// The task was cancelled.
    case cancelled
}

extension DockerCloudError: CustomStringConvertible {
    /// One or two sentences for the user.
    public var description: String {
        switch self {
        case .invalidHost(let reason):
            "The server's address cannot be used: \(reason). Write it as https://cloud.example or http://127.0.0.1:8080"
        case .invalidAuthorization(let reason): "The credential cannot be sent: \(reason)"
        case .invalidNamespace(let name, let reason): "'\(name)' is not a namespace: \(reason)"
        case .invalidName(_, let reason): "Not a valid name: \(reason)"
        case .noMatch(let prefix): "No action has a UUID that starts with '\(prefix)'"
        case .ambiguous(let prefix, let candidates):
            "The UUIDs of several actions start with '\(prefix)', such as \(candidates.joined(separator: ", "))"
        case .notReachable(let host, let reason):
            "\(host) cannot be reached: \(reason). Check the address and that the server is running"
        case .timedOut(let host, let seconds):
            "\(host) did not respond within \(seconds.formattedSeconds). Try again later, or check the server"
        case .redirected(let status, let location):
            "The server responded with a redirect (\(status)) to \(location ?? "an unknown address"). Redirects are not followed, "
                + "because the key would be sent along. If the new address is correct, use it as the address of the server"
        case .api(let status, let message, let requestID):
            message.asSentence + Self.advice(status) + Self.reference(requestID)
        case .invalidResponse(let reason, let requestID):
            "The response is invalid: \(reason). Check that the address is that of a Docker Cloud server"
                + Self.reference(requestID)
        case .cancelled: "The request was cancelled"
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
        case let error as NIOConnectionError: self = .notReachable(host: host.description, reason: Self.reason(error))
        case let error as IOError: self = .notReachable(host: host.description, reason: Self.reason(error))
        case let error as NIOSSLError: self = Self.tls(error, host)
        case let error as BoringSSLError: self = Self.tls(error, host)
        case let error as NIOSSLExtraError: self = Self.tls(error, host)
        case is CancellationError: self = .cancelled
        default: self = .notReachable(host: host.description, reason: "the connection was lost (\(error))")
        }
    }

    private static func http(_ error: HTTPClientError, _ host: CloudHost, _ timeout: Duration) -> DockerCloudError {
        switch error {
        case .cancelled: .cancelled
        case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout:
            .timedOut(host: host.description, seconds: timeout / .seconds(1))
        case .connectTimeout: .notReachable(host: host.description, reason: "no connection within 5 s")
        case .tlsHandshakeTimeout: .notReachable(host: host.description, reason: "no TLS handshake within 5 s")
        case .remoteConnectionClosed:
            .notReachable(host: host.description, reason: "the server closed the connection before it responded")
        case .invalidURL: .invalidResponse(reason: "its next page is not a path of this API", requestID: nil)
        default: .notReachable(host: host.description, reason: "\(error.shortDescription)")
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
            host: host.description,
            reason: "TLS failed (\(error)); this system must trust the server's certificate, and a server without TLS is http://…")
    }
}
