import Glibc
import NIOCore
import NIOHTTP1

/// A connection to the registry in this process.
final class RegistryHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let registry: FaultyRegistry
    private var request: RegistryRecord?
    private var isHead = false
    /// Whether the response was sent before the request had arrived.
    private var isAnswered = false
    /// The number of requests on this connection.
    private var requestCount = 0

    init(_ registry: FaultyRegistry) {
        self.registry = registry
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            var record = RegistryRecord(head)
            record.precedingCount = requestCount
            requestCount += 1
            request = record
            isAnswered = false
            if let reply = registry.began(record, on: context.channel) {
                isAnswered = true
                isHead = record.method == "HEAD"
                perform(reply, context)
            }
        case .body(let buffer): request?.body += buffer.readableBytesView
        case .end:
            guard let request, !isAnswered else { return }
            isHead = request.method == "HEAD"
            perform(registry.reply(to: request), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func perform(_ reply: RegistryReply, _ context: ChannelHandlerContext) {
        switch reply {
        case .answer(let status, let headers, let body):
            let isAnnounced = status == 204 || (isHead && headers.contains(name: "Content-Length"))
            writeHead(status, headers, length: isAnnounced ? nil : body.count, context)
            if !isHead { write(.body(.byteBuffer(ByteBuffer(bytes: body))), context) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            registry.answered(on: context.channel)
        case .chunked(let status, let headers, let body, let isWhole):
            writeHead(status, headers, length: nil, context)
            for piece in [body.prefix(body.count / 2), body.dropFirst(body.count / 2)] {
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: piece)))), promise: nil)
            }
            registry.answered(on: context.channel)
            if isWhole { context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) } else { context.close(promise: nil) }
        case .late(let milliseconds, let reply):
            let handler = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
                let (handler, context) = handler.value
                handler.perform(reply, context)
            }
        case .hang: break
        case .hangInBody(let status, let headers): writeBeginning(status, headers, context)
        case .truncated(let status, let headers):
            writeBeginning(status, headers, context)
            context.close(promise: nil)
        case .endless(let status, let headers):
            writeHead(status, headers, length: nil, context)
            writeForever(context)
        case .hangUp: context.close(promise: nil)
        case .raw(let bytes, let ending): writeRaw(bytes, then: ending, context)
        }
    }

    private func writeRaw(_ bytes: [UInt8], then ending: RegistryReply.Ending, _ context: ChannelHandlerContext) {
        guard let socket = try? context.pipeline.syncOperations.context(handlerType: FirstByteHandler.self) else { return }
        socket.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
        registry.answered(on: context.channel)
        switch ending {
        case .open: break
        case .close: context.close(promise: nil)
        case .reset:
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            context.close(promise: nil)
        }
    }

    private func writeBeginning(_ status: Int, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
        writeHead(status, headers, length: 100, context)
        write(.body(.byteBuffer(ByteBuffer(string: #"{"errors":"#))), context)
        context.flush()
    }

    /// Writes the next part when the last one is in the socket: no more data is created than the peer reads.
    private func writeForever(_ context: ChannelHandlerContext) {
        let piece = ByteBuffer(repeating: UInt8(ascii: " "), count: 16 * 1024)
        let written = context.eventLoop.makePromise(of: Void.self)
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: context.value.eventLoop)
        written.futureResult.whenSuccess {
            handler.value.registry.wrote(bodyBytes: piece.readableBytes)
            // Not at once: while the peer accepts all data, no other connection could use this thread.
            context.value.eventLoop.execute { handler.value.writeForever(context.value) }
        }
        context.value.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece))), promise: written)
    }

    private func writeHead(_ status: Int, _ headers: HTTPHeaders, length: Int?, _ context: ChannelHandlerContext) {
        var headers = headers
        if let length { headers.replaceOrAdd(name: "Content-Length", value: "\(length)") }
        write(.head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)), context)
    }

    private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(part), promise: nil)
    }
}
