import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

extension DockerCloudError {
    static func notReachable(_ host: CloudHost, reason: String) -> Self {
        Self(
            code: .notReachable, message: "\(host) cannot be reached: \(reason). Check the address, and that the server is running.")
    }

    static func timedOut(_ host: CloudHost, after timeout: Duration) -> Self {
        Self(
            code: .timedOut,
            message: "\(host) did not respond within \((timeout / .seconds(1)).formattedSeconds). Try again later, or check the server.")
    }

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

extension Double {
    var formattedSeconds: String {
        self == rounded() && magnitude < 1e9 ? "\(Int(self)) s" : "\(self) s"
    }
}
