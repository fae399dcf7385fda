import AsyncHTTPClient
import Domain
import Glibc
import NIOCore
import NIOSSL
import Naming

/// One place that is connected to, and who must answer there. What differs in any of it shares no connection.
struct Destination: Hashable, Sendable {
    let host: String
    let port: Int
    let isTLS: Bool
    let address: CheckedAddress
    let certificateAuthorities: String?
    let use: Use

    /// What connections are for.
    enum Use: Hashable, Sendable {
        /// Short questions and answers.
        case questions
        /// What images consist of, which takes its time; the registry may be silent for so long in the middle of it, or after it got some.
        case contents(silence: TimeAmount, connections: Int)

        var silence: TimeAmount {
            switch self {
            case .questions: .seconds(10)
            case .contents(let silence, _): silence
            }
        }

        /// Beyond what limits let through at a time, so that nothing waits in the library.
        var simultaneous: Int {
            switch self {
            case .questions: 256
            case .contents(_, let connections): connections
            }
        }

        /// How much is read at once, in bytes: what is done for each part of a blob costs as much whatever its size.
        var partLimit: Int { self == .questions ? 1 << 16 : 1 << 18 }

        /// How much a registry may send that was not read yet, in bytes. All of that is read at once when it closes the connection, however
        /// slow the client is, and the system alone would allow tens of megabytes.
        static let windowLimit = 4 << 20
    }

    init(_ endpoint: RegistryEndpoint, at address: CheckedAddress, for use: Use = .questions) {
        self.use = use
        host = endpoint.host
        port = endpoint.port
        isTLS = endpoint.isTLS
        self.address = address
        certificateAuthorities = endpoint.trust.certificateAuthorities
    }
}

extension RegistryEndpoint {
    /// The host as it stands in URLs: a name or an IPv4 address.
    var host: String { authority.isDockerHub ? RegistryAuthority.dockerHubAPIHost : authority.host }
    var port: Int { authority.port ?? (isTLS ? 443 : 80) }
}

extension Destination {
    static let connectTimeout = TimeAmount.seconds(5)

    /// Everything that the library would do by itself and a registry could use against us is off: redirects keep custom
    /// header fields across hosts, retries hide a refusal, decompression inflates bombs, a proxy of the environment would
    /// resolve names itself, and TLS 1.0 is its default minimum.
    func configuration(_ connections: UpstreamConnections) throws(TransportError) -> HTTPClient.Configuration {
        var pool = HTTPClient.Configuration.ConnectionPool(
            idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: use.simultaneous)
        pool.retryConnectionEstablishment = false
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try tls(), redirectConfiguration: .disallow,
            timeout: .init(connect: Self.connectTimeout), connectionPool: pool,
            proxy: nil, decompression: .disabled)
        configuration.httpVersion = .http1Only
        // The connection goes to the address, and the certificate must still be that of the host.
        if IPAddress(host) == nil { configuration.dnsOverride = [host: "\(address.address)"] }
        configuration.http1_1ConnectionDebugInitializer = { channel in
            let parts = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: use.partLimit)
            try? channel.syncOptions?.setOption(.recvAllocator, value: parts)
            // A head that is larger than the high mark makes AsyncHTTPClient begin the body before it has sent the head, and trap.
            try? channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 128 << 10))
            try? channel.syncOptions?.setOption(.tcpOption(.init(rawValue: TCP_WINDOW_CLAMP)), value: Use.windowLimit)
            return PeerCheck(destination: self).run(on: channel).flatMapThrowing {
                try ResponseValidator.add(to: channel, silence: use.silence, connections)
            }
        }
        return configuration
    }

    private func tls() throws(TransportError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        guard let certificateAuthorities else { return tls }
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(certificateAuthorities.utf8)), !certificates.isEmpty else {
            throw .untrusted("the certificate authorities that are set for it are not certificates in PEM")
        }
        tls.additionalTrustRoots = [.certificates(certificates)]
        return tls
    }
}
