import AsyncHTTPClient
import Domain
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The transport that talks to real registries.
package final class AsyncHTTPClientTransport: RegistryTransport {
    private let client: HTTPClient

    package convenience init() {
        self.init(trusting: nil)
    }

    /// - Parameter authorities: a PEM file of the certificate authorities that are trusted; nil for those of the system.
    init(trusting authorities: String?) {
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: Self.configuration(authorities))
    }

    package func shutdown() async throws {
        try await client.shutdown()
    }

    /// Everything that the library would do by itself and a registry could use against us is off: redirects keep custom
    /// header fields across hosts, retries hide a refusal, decompression inflates bombs, and TLS 1.0 is its default minimum.
    private static func configuration(_ authorities: String?) -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authorities { tls.trustRoots = .file(authorities) }
        tls.minimumTLSVersion = .tlsv12
        var pool = HTTPClient.Configuration.ConnectionPool(idleTimeout: .seconds(30))
        pool.retryConnectionEstablishment = false
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .seconds(10)), connectionPool: pool, proxy: nil, decompression: .disabled)
        configuration.httpVersion = .http1Only
        return configuration
    }

    package func send(
        _ request: RegistryRequest, to endpoint: RegistryEndpoint, deadline: NIODeadline
    ) async throws(TransportError)
        -> RegistryResponse
    {
        do {
            return try await Self.before(deadline) { [client] in
                let response = try await client.execute(Self.translate(request), deadline: deadline)
                return RegistryResponse(
                    status: Int(response.status.code), challenges: Challenge.parse(response.headers["www-authenticate"]),
                    location: response.headers.first(name: "location"), body: try await Self.beginning(of: response.body))
            }
        } catch {
            throw TransportError(error)
        }
    }

    /// The library's own deadline ends with the head of an answer; this one holds for the body too.
    private static func before(
        _ deadline: NIODeadline, _ work: @escaping @Sendable () async throws -> RegistryResponse
    ) async throws -> RegistryResponse {
        try await withThrowingTaskGroup(of: RegistryResponse.self) { group in
            defer { group.cancelAll() }
            group.addTask(operation: work)
            group.addTask {
                try await Task.sleep(for: .nanoseconds((deadline - .now()).nanoseconds))
                throw TransportError.timedOut
            }
            guard let response = try await group.next() else { throw CancellationError() }
            return response
        }
    }

    private static func translate(_ request: RegistryRequest) -> HTTPClientRequest {
        var translated = HTTPClientRequest(url: request.url)
        translated.method = HTTPMethod(rawValue: request.method.rawValue)
        translated.headers.add(name: "User-Agent", value: "lighterman")
        translated.headers.add(name: "Accept", value: "*/*")
        if request.method == .post { translated.headers.add(name: "Content-Length", value: "0") }
        if let authorization = request.authorization {
            translated.headers.add(name: "Authorization", value: authorization.revealed())
        }
        return translated
    }

    private static func beginning(of body: HTTPClientResponse.Body) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in body {
            bytes += part.readableBytesView.prefix(RegistryResponse.bodyLimit - bytes.count)
            if bytes.count == RegistryResponse.bodyLimit { break }
        }
        return bytes
    }
}

extension TransportError {
    /// Says what happened in words of ours: a library's description of an error may repeat what was sent.
    init(_ error: any Error) {
        switch error {
        case let error as TransportError: self = error
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

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
    ]

    private init(connection error: NIOConnectionError) {
        if let first = error.connectionErrors.first {
            self = (first.error as? IOError).map { .connection(Self.text(errno: $0.errnoCode)) } ?? .connection("no connection")
        } else {
            self = .connection("the host name is not known")
        }
    }

    /// BoringSSL's reasons are only to be had as text.
    private init(handshake error: NIOSSLError) {
        let text = String(describing: error)
        let isPlain = ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "eof", "uncleanShutdown"].contains { text.contains($0) }
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
        case ENETUNREACH, EHOSTUNREACH: "there is no route to the host"
        default: "no connection"
        }
    }
}
