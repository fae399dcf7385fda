import AsyncHTTPClient
import Domain
import Glibc
import NIOCore
import NIOSSL
import Naming

/// An address of an endpoint, with everything that a connection to it depends on. Different destinations share no connection.
struct Destination: Hashable, Sendable {
    let host: String
    let port: Int
    let isTLS: Bool
    /// nil if the proxy resolves the name.
    let address: CheckedAddress?
    let proxy: EgressProxy?
    let certificateAuthorities: String?
    /// The longest pause of the registry within a body.
    let silence: TimeAmount
    /// The maximum number of simultaneous connections. The limits allow fewer, so that no request waits in the library.
    let simultaneous: Int
    /// Whether each connection serves one request.
    private(set) var usesNewConnections = false

    init(_ endpoint: RegistryEndpoint, at address: CheckedAddress, silence: TimeAmount = .seconds(60), simultaneous: Int = 256) {
        host = endpoint.host
        port = endpoint.port
        isTLS = endpoint.isTLS
        self.address = address
        proxy = nil
        certificateAuthorities = endpoint.trust.certificateAuthorities
        self.silence = silence
        self.simultaneous = simultaneous
    }

    /// An endpoint behind a proxy.
    init(_ endpoint: RegistryEndpoint, through proxy: EgressProxy, silence: TimeAmount, simultaneous: Int) {
        host = endpoint.host
        port = endpoint.port
        isTLS = endpoint.isTLS
        address = nil
        self.proxy = proxy
        certificateAuthorities = endpoint.trust.certificateAuthorities
        self.silence = silence
        self.simultaneous = simultaneous
    }

    /// The same destination, with a new connection.
    var withNewConnection: Destination {
        var destination = self
        destination.usesNewConnections = true
        return destination
    }

    /// The size of a read, in bytes: the work for each part of a blob does not depend on its size.
    private static let partLimit = 1 << 18

    /// The number of bytes that a registry may send before they are read. All of them are read at once when it closes the connection, however
    /// slow the client is, and the system alone would allow tens of megabytes.
    private static let windowLimit = 4 << 20
}

extension Destination {
    static let connectTimeout = TimeAmount.seconds(5)

    /// Disables the library's features that a registry could exploit: redirects keep custom header fields across hosts, retries hide a
    /// refusal, decompression inflates bombs, a proxy of the environment would resolve names itself, and TLS 1.0 is the default minimum.
    func configuration(_ connections: UpstreamConnections) throws(TransportError) -> HTTPClient.Configuration {
        var pool = HTTPClient.Configuration.ConnectionPool(
            idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: simultaneous)
        pool.retryConnectionEstablishment = false
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try tls(), redirectConfiguration: .disallow,
            timeout: .init(connect: Self.connectTimeout), connectionPool: pool,
            proxy: proxy.map { .server(host: $0.host, port: $0.port) }, decompression: .disabled)
        configuration.httpVersion = .http1Only
        if usesNewConnections { configuration.maximumUsesPerConnection = 1 }
        // The connection goes to the address, and the certificate must still be that of the host.
        if let address, IPAddress(host) == nil { configuration.dnsOverride = [host: "\(address.address)"] }
        configuration.http1_1ConnectionDebugInitializer = { channel in
            let parts = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: Self.partLimit)
            try? channel.syncOptions?.setOption(.recvAllocator, value: parts)
            // A head that is larger than the high mark makes AsyncHTTPClient start the body before it has sent the head, and trap.
            try? channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 128 << 10))
            try? channel.syncOptions?.setOption(.tcpOption(.init(rawValue: TCP_WINDOW_CLAMP)), value: Self.windowLimit)
            return PeerCheck(destination: self).run(on: channel).flatMapThrowing {
                try ResponseValidator.add(to: channel, silence: silence, connections)
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

/// Verifies the peer's address and certificate name on a new connection, before HTTP is sent on it.
struct PeerCheck: Sendable {
    let destination: Destination

    /// Completes at once: AsyncHTTPClient must receive the error before the connection is closed.
    func run(on channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            do throws(TransportError) {
                try checkAddress(of: channel)
                try checkName(of: channel)
            } catch {
                channel.eventLoop.execute { channel.close(promise: nil) }
                throw error
            }
        }
    }

    private func checkAddress(of channel: any Channel) throws(TransportError) {
        // A proxy has chosen the address.
        guard let address = destination.address else { return }
        let peer = channel.remoteAddress
        guard let peer, IPAddress(peer) == address.address, peer.port == destination.port else {
            throw .forbidden("was connected at another address than the one that was checked")
        }
    }

    /// NIOSSL also accepts a certificate for the IP address of the connection. Anyone can obtain one for an address of their own, so that a
    /// forged DNS response would suffice to impersonate the registry.
    private func checkName(of channel: any Channel) throws(TransportError) {
        guard destination.isTLS, IPAddress(destination.host) == nil else { return }
        let certificate = try? channel.pipeline.syncOperations.nioSSL_peerCertificate()
        let names = certificate?._subjectAlternativeNames().filter { $0.nameType == .dnsName } ?? []
        guard names.contains(where: { isName(String(decoding: $0.contents, as: UTF8.self)) }) else {
            throw .untrusted("the certificate is not for this host")
        }
    }

    /// https://www.rfc-editor.org/rfc/rfc9525#section-6.3: an asterisk must be the whole first label.
    private func isName(_ name: String) -> Bool {
        let (own, name) = (destination.host.split(separator: "."), name.lowercased().split(separator: "."))
        return own == name || (name.first == "*" && name.count > 2 && own.count == name.count && own.dropFirst() == name.dropFirst())
    }
}
