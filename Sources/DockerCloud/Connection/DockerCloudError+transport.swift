import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

extension DockerCloudError {
    /// What a failure of the connection means to whoever made the call.
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
        default: self = .notReachable(host: host.description, reason: "the connection broke (\(error))")
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
            .notReachable(host: host.description, reason: "the server closed the connection before it answered")
        case .invalidURL: .invalidResponse(reason: "its next page is not a path of this API", requestID: nil)
        default: .notReachable(host: host.description, reason: "\(error.shortDescription)")
        }
    }

    private static func reason(_ error: NIOConnectionError) -> String {
        guard let failure = error.connectionErrors.last?.error else { return "no address is known for its name" }
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
