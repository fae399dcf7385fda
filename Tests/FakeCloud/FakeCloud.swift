import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server in this process that records requests and sends scripted responses.
package final class FakeCloud: Sendable {
    package struct Request: Sendable, Equatable {
        package var method: String
        /// Path and query, unparsed.
        package var target: String
        package var headers: [String: String]
        package var body: String
    }

    package enum Reply: Sendable {
        case response(status: Int, body: String, headers: [String: String] = [:])
        /// Sends only the head of a response.
        case half
        /// Sends nothing.
        case silence
        /// Closes the connection.
        case hangUp
    }

    private let recorded = Mutex<[Request]>([])
    private let reply: @Sendable (Request) -> Reply
    private let port = Mutex(0)

    private init(_ reply: @escaping @Sendable (Request) -> Reply) {
        self.reply = reply
    }

    package var requests: [Request] { recorded.withLock { $0 } }
    package var lines: [String] { requests.map { "\($0.method) \($0.target)" } }
    package var url: String { "http://127.0.0.1:\(port.withLock { $0 })" }

    /// Runs a server until `body` returns.
    package static func run<Value>(
        _ reply: @escaping @Sendable (Request) -> Reply, _ body: (FakeCloud) async throws -> Value
    ) async throws -> Value {
        let cloud = FakeCloud(reply)
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(cloud))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        cloud.port.withLock { $0 = listener.localAddress?.port ?? 0 }
        do {
            let value = try await body(cloud)
            try await listener.close()
            return value
        } catch {
            try await listener.close()
            throw error
        }
    }

    fileprivate func receive(_ request: Request) -> Reply {
        recorded.withLock { $0.append(request) }
        return reply(request)
    }
}

private final class Handler: ChannelInboundHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias OutboundOut = HTTPServerResponsePart

    private let cloud: FakeCloud
    private var request = FakeCloud.Request(method: "", target: "", headers: [:], body: "")

    init(_ cloud: FakeCloud) {
        self.cloud = cloud
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" }
            request = FakeCloud.Request(method: head.method.rawValue, target: head.uri, headers: headers, body: "")
        case .body(let buffer): request.body += String(buffer: buffer)
        case .end: perform(cloud.receive(request), context)
        }
    }

    private func perform(_ reply: FakeCloud.Reply, _ context: ChannelHandlerContext) {
        switch reply {
        case .response(let status, let body, let headers):
            var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
            if status != 204 { fields.add(name: "Content-Length", value: "\(body.utf8.count)") }
            write(.head(.init(version: .http1_1, status: .init(statusCode: status), headers: fields)), context)
            write(.body(.byteBuffer(ByteBuffer(string: body))), context)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .half:
            context.writeAndFlush(
                wrapOutboundOut(.head(.init(version: .http1_1, status: .ok, headers: ["Content-Length": "100"]))), promise: nil)
        case .silence: break
        case .hangUp: context.close(promise: nil)
        }
    }

    private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(part), promise: nil)
    }
}
