import AsyncHTTPClient
package import Domain
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The reason why a request has no response. ``RequestedHost`` composes the text for users.
package enum TransportError: Error, Hashable, Sendable {
    /// There is no connection, or it was closed.
    case connection(String)
    /// The DNS has no such host name, or no address for it.
    case unknownHost
    case timedOut
    /// The address policy does not allow the connection. The text lacks its subject, the host; its advice says who may allow it, and how.
    case forbidden(ErrorText)
    /// The peer does not use TLS.
    case notTLS
    /// The peer has no trusted certificate, or no accepted version of TLS.
    case untrusted(String)
    /// The client aborted its upload.
    case abandoned
    /// A limit of this server was reached. The error says nothing about the registry.
    case limited(LimitReached)
    /// The login is held back, because it was refused recently.
    case loginHeld(LoginRefusal)

    /// A clause without the host.
    package var reason: String {
        switch self {
        case .connection(let reason): reason
        case .unknownHost: "the host name does not exist"
        case .forbidden: "the connection is not allowed"
        case .timedOut: "there was no response in time"
        case .notTLS: "TLS is not supported"
        case .untrusted(let reason): "TLS failed: \(reason)"
        case .abandoned: "the client aborted the upload"
        case .limited: "a limit of this server was reached"
        case .loginHeld: "the login is held back"
        }
    }
}

extension TransportError {
    /// Describes a library's error in this server's own words: the library's description may repeat the request.
    init(_ error: any Error) {
        switch error {
        case let error as TransportError: self = error
        case let limit as LimitReached: self = .limited(limit)
        case let refusal as LoginRefusal: self = .loginHeld(refusal)
        case let error as NIOSSLError: self.init(handshake: error)
        case is NIOSSLExtraError: self = .untrusted("the certificate is not for this host")
        case let error as HTTPClientError where Self.timeouts.contains(error): self = .timedOut
        case HTTPParserError.invalidEOFState: self = .connection("the connection was lost")
        case is HTTPParserError: self = .connection("the response is not HTTP")
        case let error as IOError: self = .connection(Self.text(errno: error.errnoCode))
        case let error as NIOConnectionError: self.init(connection: error)
        default: self = .connection("the connection was lost")
        }
    }

    /// nil for an error that the proxy did not cause.
    init?(_ error: any Error, of proxy: EgressProxy) {
        let reason: String
        if let error = error as? NIOConnectionError {
            reason = "cannot be reached: \(TransportError(error).reason)"
        } else {
            switch error as? HTTPClientError {
            case .proxyAuthenticationRequired: reason = "requires a login, which is not supported"
            case .invalidProxyResponse: reason = "refused the connection"
            case .connectTimeout, .httpProxyHandshakeTimeout: reason = "does not respond"
            default: return nil
            }
        }
        self = .connection("the egress proxy \(proxy.host):\(proxy.port) \(reason)")
    }

    static let unknownIssuer = "the certificate is not trusted"

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
    ]

    /// Whether nothing was sent because no connection was established.
    static func isBeforeConnection(_ error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError: true
        case let error as HTTPClientError: error == .connectTimeout
        case let error as IOError: [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EACCES, EPERM].contains(error.errnoCode)
        default: false
        }
    }

    /// Whether no part of the request was sent.
    static func isBeforeRequest(_ error: any Error) -> Bool {
        switch error {
        case NIOSSLError.handshakeFailed, is NIOSSLExtraError, TransportError.forbidden, TransportError.untrusted: true
        case let error as HTTPClientError: beforeRequest.contains(error)
        default: isBeforeConnection(error)
        }
    }

    private static let beforeRequest: [HTTPClientError] = [
        .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout, .proxyAuthenticationRequired,
        .invalidProxyResponse,
    ]

    /// Whether the peer closed the connection before any part of a response arrived.
    static func isClosedBeforeResponse(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: error == .remoteConnectionClosed
        case let error as IOError: [ECONNRESET, EPIPE].contains(error.errnoCode)
        case NIOSSLError.uncleanShutdown: true
        default: false
        }
    }

    private init(connection error: NIOConnectionError) {
        let first = error.connectionErrors.first?.error as? IOError
        self = .connection(first.map { Self.text(errno: $0.errnoCode) } ?? "no connection was established")
    }

    /// BoringSSL reports its reasons as text only.
    private init(handshake error: NIOSSLError) {
        let text = String(describing: error)
        let isPlain = ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "eof", "EOF", "uncleanShutdown"].contains { text.contains($0) }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            self = .untrusted(Self.unknownIssuer)
        } else if isPlain {
            self = .notTLS
        } else {
            self = .untrusted("no common version or cipher, or the handshake was refused")
        }
    }

    private static func text(errno code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "the connection was refused"
        case ECONNRESET, EPIPE: "the connection was lost"
        case ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL: "there is no route to the host"
        default: "no connection was established"
        }
    }
}
