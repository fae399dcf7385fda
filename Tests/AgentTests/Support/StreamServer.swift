import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP server in this process whose responses may stay open, like the events of an engine or the watch of a cluster.
final class StreamServer: Sendable {
    enum Reply: Sendable {
        case response(status: Int, body: String)
        /// Sends the lines and keeps the response open for more.
        case stream([String])
        /// Sends nothing.
        case silence
        case hangUp

        static func ok(_ body: String) -> Self { .response(status: 200, body: body) }
    }

    enum Address: Sendable {
        case socket(String)
        case loopback
        case encrypted(NIOSSLContext)
    }

    struct Request: Sendable, Hashable {
        var method: String
        /// Path and query.
        var target: String
        var headers: [String: String]
        var body: String
    }

    private struct State {
        var requests: [Request] = []
        var connections: [any Channel] = []
        var streams: [any Channel] = []
        var port = 0
    }

    private let state = Mutex(State())
    private let reply: @Sendable (Request) -> Reply

    private init(_ reply: @escaping @Sendable (Request) -> Reply) {
        self.reply = reply
    }

    var requests: [Request] { state.withLock { $0.requests } }
    var lines: [String] { requests.map { "\($0.method) \($0.target)" } }
    var port: Int { state.withLock { $0.port } }
    var url: String { "http://127.0.0.1:\(port)" }
    var openStreams: Int { state.withLock { $0.streams.filter(\.isActive).count } }

    /// Runs a server until `body` returns. Then all of its connections are closed.
    static func run<Value>(
        at address: Address, _ reply: @escaping @Sendable (Request) -> Reply, _ body: (StreamServer) async throws -> Value
    ) async throws -> Value {
        let server = StreamServer(reply)
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                server.state.withLock { $0.connections.append(channel) }
                if case .encrypted(let context) = address {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                }
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                try channel.pipeline.syncOperations.addHandler(StreamHandler(server))
            }
        }
        let listener =
            switch address {
            case .socket(let path): try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            case .loopback, .encrypted: try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
            }
        server.state.withLock { $0.port = listener.localAddress?.port ?? 0 }
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await listener.close()
        for channel in server.state.withLock({ $0.connections }) { try? await channel.close() }
        return try result.get()
    }

    /// Sends a line on all open responses.
    func send(_ line: String) {
        for channel in state.withLock({ $0.streams }) {
            channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: line + "\n"))), promise: nil)
        }
    }

    /// Ends all open responses in the regular way.
    func endStreams() {
        for channel in state.withLock({ state in
            defer { state.streams = [] }
            return state.streams
        }) { channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil) }
    }

    /// Closes the connections of all open responses.
    func cutStreams() async {
        for channel in state.withLock({ state in
            defer { state.streams = [] }
            return state.streams
        }) { try? await channel.close() }
    }

    fileprivate func receive(_ request: Request) -> Reply {
        state.withLock { $0.requests.append(request) }
        return reply(request)
    }

    fileprivate func keepOpen(_ channel: any Channel) { state.withLock { $0.streams.append(channel) } }
}

private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: StreamServer
    private var request = StreamServer.Request(method: "", target: "", headers: [:], body: "")

    init(_ server: StreamServer) {
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" }
            request = StreamServer.Request(method: head.method.rawValue, target: head.uri, headers: headers, body: "")
        case .body(let buffer): request.body += String(buffer: buffer)
        case .end: perform(server.receive(request), context)
        }
    }

    private func perform(_ reply: StreamServer.Reply, _ context: ChannelHandlerContext) {
        switch reply {
        case .response(let status, let body):
            let fields: HTTPHeaders = ["Content-Length": "\(body.utf8.count)"]
            context.write(
                wrapOutboundOut(.head(.init(version: .http1_1, status: .init(statusCode: status), headers: fields))), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .stream(let lines):
            context.write(
                wrapOutboundOut(.head(.init(version: .http1_1, status: .ok, headers: ["Transfer-Encoding": "chunked"]))), promise: nil)
            let text = lines.map { $0 + "\n" }.joined()
            if !text.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil) }
            context.flush()
            server.keepOpen(context.channel)
        case .silence: break
        case .hangUp: context.close(promise: nil)
        }
    }
}
