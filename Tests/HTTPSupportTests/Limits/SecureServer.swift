import HTTPSupport
import NIOCore
import NIOEmbedded
import NIOSSL
import TestSupport

/// A TLS server. Limits that a test does not set are longer than any test waits.
struct SecureServer {
    let server: TestServer
    let certificate: RegistryCertificate

    var port: Int { server.port }
    var log: CapturedLog { server.log }

    static func run(
        connections: ConnectionCapacity = ConnectionCapacity(connections: 1024), _ shorten: (inout ConnectionLimits) -> Void = { _ in },
        _ body: (SecureServer) async throws -> Void
    ) async throws {
        var limits = ConnectionLimits()
        limits.headTime = .seconds(300)
        limits.idleTime = .seconds(300)
        limits.bodyGrace = .seconds(300)
        shorten(&limits)
        try await TemporaryDirectory.with { folder in
            let certificate = try await RegistryCertificate.selfSigned(in: folder)
            let tls = try certificate.serverContext()
            try await TestServer.run(limits: limits, tls: tls, connections: connections) { server in
                try await body(SecureServer(server: server, certificate: certificate))
            }
        }
    }

    func open() async throws -> RawConnection {
        try await RawConnection.open(port: port, tls: certificate.clientContext())
    }

    func request(_ method: String, _ target: String, _ fields: [(name: String, value: String)]) -> RawRequest {
        server.request(method, target, fields)
    }
}

/// The point in the handshake at which a client stops, or continues byte by byte.
enum Stall: CaseIterable {
    case beforeAnything
    case inTheFirstMessage
    case trickledFirstMessage
    case afterTheFirstMessage
    case trickledSecondMessage

    var isTrickling: Bool { self == .trickledFirstMessage || self == .trickledSecondMessage }

    /// The bytes that the client sends before it stops or becomes slow.
    func beginning(_ certificate: RegistryCertificate) throws -> [UInt8] {
        let hello = try Self.clientHello(certificate)
        return switch self {
        case .beforeAnything: []
        case .inTheFirstMessage: Array(hello.prefix(hello.count / 2))
        // A handshake message and a record of 16 KB, which take longer to trickle than any test waits.
        case .trickledFirstMessage: [0x16, 0x03, 0x01, 0x40, 0x00, 0x01, 0x00, 0x3F, 0xFC, 0x03, 0x03]
        case .afterTheFirstMessage: hello
        case .trickledSecondMessage: hello + [0x17, 0x03, 0x03, 0x40, 0x00]
        }
    }

    private static func clientHello(_ certificate: RegistryCertificate) throws -> [UInt8] {
        let channel = EmbeddedChannel(handler: try NIOSSLClientHandler(context: certificate.clientContext(), serverHostname: nil))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 443)).wait()
        let hello = try channel.readOutbound(as: ByteBuffer.self)
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return hello.map { Array($0.readableBytesView) } ?? []
    }
}
