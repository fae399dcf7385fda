import NIOCore
import NIOPosix
import Synchronization

/// An HTTP proxy in this process, on 127.0.0.1, that supports CONNECT only, and connects to one port of this machine or refuses every
/// request.
package final class ConnectProxy: Sendable {
    private let requested = Mutex<[String]>([])
    private let target: Int
    /// The response to every request; nil to connect.
    private let refusal: String?
    private let listening = Mutex(0)

    /// `registry.example:443`, in the order of the requests.
    package var targets: [String] { requested.withLock { $0 } }
    package var port: Int { listening.withLock { $0 } }

    private init(target: Int, refusal: String?) {
        self.target = target
        self.refusal = refusal
    }

    /// Runs a proxy while the body runs.
    ///
    /// - Parameter refusal: the status line of its refusals; nil to connect.
    package static func run<Value>(
        to target: Int, refusal: String? = nil, _ body: (ConnectProxy) async throws -> Value
    ) async throws -> Value {
        let proxy = ConnectProxy(target: target, refusal: refusal)
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Tunnel(proxy)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        proxy.listening.withLock { $0 = listener.localAddress?.port ?? 0 }
        let result: Result<Value, any Error>
        do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
        try await listener.close()
        return try result.get()
    }

    /// Reads the request, connects to the target and forwards bytes in both directions.
    private final class Tunnel: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let proxy: ConnectProxy
        private var head = ByteBuffer()
        private var other: (any Channel)?

        init(_ proxy: ConnectProxy) {
            self.proxy = proxy
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            if let other { return other.writeAndFlush(bytes, promise: nil) }
            head.writeImmutableBuffer(bytes)
            let text = String(buffer: head)
            guard text.hasSuffix("\r\n\r\n") else { return }
            let words = text.split(separator: " ")
            guard words.first == "CONNECT", words.count > 1 else { return context.close(promise: nil) }
            proxy.requested.withLock { $0.append(String(words[1])) }
            guard let refusal = proxy.refusal else { return connect(context.channel) }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "\(refusal)\r\nContent-Length: 0\r\n\r\n")), promise: nil)
        }

        private func connect(_ client: any Channel) {
            let connected = ClientBootstrap(group: client.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Back(to: client)) }
                }
                .connect(host: "127.0.0.1", port: proxy.target)
            connected.assumeIsolated().whenComplete { result in
                guard case .success(let channel) = result else { return client.close(promise: nil) }
                self.other = channel
                client.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"), promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { other?.close(promise: nil) }
    }

    private final class Back: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let client: any Channel

        init(to client: any Channel) {
            self.client = client
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { client.writeAndFlush(unwrapInboundIn(data), promise: nil) }
        func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }
    }
}
