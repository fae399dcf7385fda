import Domain
import HTTPTypes
import NIOCore
import NIOPosix
import Naming
import Synchronization
import TestSupport

@testable import RegistryClient

/// Responds to look-ups from a list, one entry each, and then always with the last one.
final class ScriptedResolver: AddressResolver {
    private let state: Mutex<(answers: [[IPAddress]], asked: [String])>

    init(_ answers: [String]...) {
        state = Mutex((answers.map { $0.compactMap { IPAddress($0) } }, []))
    }

    /// The hosts of all look-ups.
    var asked: [String] { state.withLock { $0.asked } }

    func addresses(of host: String, deadline: NIODeadline, for requester: Requester) async throws(TransportError) -> [IPAddress] {
        state.withLock { state in
            state.asked.append(host)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? []
        }
    }

    func shutdown() {}
}

/// A port that accepts and counts connections, stores the received bytes and sends nothing.
final class CountingListener: Sendable {
    private struct State {
        var count = 0
        var bytes: [UInt8] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }
    var received: [UInt8] { state.withLock { $0.bytes } }

    static func run<Value>(
        at host: String = "127.0.0.1", port: Int = 0, _ body: (CountingListener, Int) async throws -> Value
    ) async throws -> Value {
        let listener = CountingListener()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                listener.state.withLock { $0.count += 1 }
                return channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Reader(listener)) }
            }
            .bind(host: host, port: port).get()
        let result: Result<Value, any Error>
        do { result = .success(try await body(listener, channel.localAddress?.port ?? 0)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let listener: CountingListener

        init(_ listener: CountingListener) {
            self.listener = listener
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            listener.state.withLock { $0.bytes += buffer.readableBytesView }
        }
    }
}

extension AsyncHTTPClientTransport {
    /// Sends `GET /v2/` to a registry.
    func contact(
        _ authority: String, isTLS: Bool = false, trust: RegistryTrust = RegistryTrust(), within limit: TimeAmount = .seconds(5),
        for requester: Requester = .background
    ) async throws -> Result<Int, TransportError> {
        let endpoint = RegistryEndpoint(authority: try RegistryAuthority(parsing: authority), isTLS: isTLS, trust: trust)
        do throws(TransportError) {
            let request = TransportRequest(.get, "/v2/", at: endpoint, limit: limit)
            let response = try await send(request, to: endpoint, for: requester)
            // An incomplete response is an error.
            _ = try await response.whole(within: limit)
            return .success(response.status)
        } catch {
            return .failure(error)
        }
    }

    /// Runs a transport while the body runs.
    static func run<Value>(
        policy: AddressPolicy = AddressPolicy(), own: OwnAddresses = OwnAddresses(),
        resolver: (any AddressResolver)? = ScriptedResolver(["127.0.0.1"]), addressLifetime: TimeAmount = .zero,
        limits: RegistryLimits = RegistryLimits(), clients: Int = 64, clientIdleTime: TimeAmount = .seconds(60),
        _ body: (AsyncHTTPClientTransport) async throws -> Value
    ) async throws -> Value {
        let transport = AsyncHTTPClientTransport(
            policy: policy, own: own, resolver: resolver, addressLifetime: addressLifetime, limits: limits, clients: clients,
            clientIdleTime: clientIdleTime)
        // Not awaited: a hanging handshake delays it until the peer of the test is closed.
        defer { Task { try await transport.shutdown() } }
        return try await body(transport)
    }
}

extension UpstreamResponse {
    fileprivate func whole(within limit: TimeAmount) async throws(TransportError) -> [UInt8] {
        do { return try await beginning(within: limit) } catch { throw TransportError(error) }
    }
}

extension Result where Success == Int, Failure == TransportError {
    /// The reason if it is forbidden; nil otherwise.
    var forbidden: String? {
        if case .failure(.forbidden(let reason)) = self { reason.sentences() } else { nil }
    }
}

extension RegistryTrust {
    static let approved = RegistryTrust(isApproved: true)
}

/// A clock that only ``advance(by:)`` changes.
final class StoppedTime: Sendable {
    private let value = Mutex(NIODeadline.now())

    var now: NIODeadline { value.withLock { $0 } }

    func advance(by time: TimeAmount) {
        value.withLock { $0 = $0 + time }
    }
}
