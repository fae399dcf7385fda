import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension TransportError {
    /// Says what happened in words of ours: a library's description of an error may repeat what was sent.
    init(_ error: any Error) {
        switch error {
        case let error as TransportError: self = error
        case let limit as LimitReached: self = .limited(limit)
        case let refusal as LoginRefusal: self = .loginHeld(refusal)
        case let error as NIOSSLError: self.init(handshake: error)
        case is NIOSSLExtraError: self = .untrusted("the certificate is not for this host")
        case let error as HTTPClientError where Self.timeouts.contains(error): self = .timedOut
        case HTTPParserError.invalidEOFState: self = .connection("the connection broke")
        case is HTTPParserError: self = .connection("what it answered is not HTTP")
        case let error as IOError: self = .connection(Self.text(errno: error.errnoCode))
        case let error as NIOConnectionError: self.init(connection: error)
        default: self = .connection("the connection broke")
        }
    }

    /// nil for an error that is not one of the proxy itself.
    init?(_ error: any Error, of proxy: EgressProxy) {
        let reason: String
        if let error = error as? NIOConnectionError {
            reason = "cannot be reached: \(TransportError(error).reason)"
        } else {
            switch error as? HTTPClientError {
            case .proxyAuthenticationRequired: reason = "demands a login, which is not supported"
            case .invalidProxyResponse: reason = "refused the connection"
            case .connectTimeout, .httpProxyHandshakeTimeout: reason = "does not respond"
            default: return nil
            }
        }
        self = .connection("the egress proxy \(proxy.host):\(proxy.port) \(reason)")
    }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
    ]

    /// Whether nothing was sent, because nobody took the connection.
    static func isBeforeConnection(_ error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError: true
        case let error as HTTPClientError: error == .connectTimeout
        case let error as IOError: [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EACCES, EPERM].contains(error.errnoCode)
        default: false
        }
    }

    /// Whether the other side closed the connection before anything of a response came.
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
        self = .connection(first.map { Self.text(errno: $0.errnoCode) } ?? "no connection")
    }

    /// BoringSSL's reasons are only to be had as text.
    private init(handshake error: NIOSSLError) {
        let text = String(describing: error)
        let isPlain = ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "eof", "EOF", "uncleanShutdown"].contains { text.contains($0) }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            self = .untrusted("the certificate is not trusted")
        } else if isPlain {
            self = .notTLS
        } else {
            self = .untrusted("no common version or cipher, or the handshake was refused")
        }
    }

    private static func text(errno code: CInt) -> String {
        switch code {
        case ECONNREFUSED: "the connection was refused"
        case ECONNRESET, EPIPE: "the connection broke"
        case ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL: "there is no route to the host"
        default: "no connection"
        }
    }
}
