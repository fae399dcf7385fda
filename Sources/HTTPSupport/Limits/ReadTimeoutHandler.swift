import Logging
import NIOCore
import NIOHTTP1
import NIOTLS

/// Enforces timeouts and limits below the parser, where incomplete requests are visible.
final class ReadTimeoutHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData

    private let timer: ConnectionTimer
    private let connection: TrackedConnection
    private let requestLine: RequestLine
    /// Whether the client has closed its side of the connection. It sends no further requests and rarely reads a response.
    private(set) var hasClientLeft = false

    init(_ timer: ConnectionTimer, _ connection: TrackedConnection, _ requestLine: RequestLine) {
        self.requestLine = requestLine
        self.timer = timer
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        guard connection.open() else { return timer.closeAtOnce() }
        context.fireChannelActive()
    }

    func read(context: ChannelHandlerContext) {
        timer.note { $0.readRequested(at: $1) }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        let count = bytes.readableBytes
        guard !timer.state.isClosing else {
            if timer.note({ state, _ in state.discard(count) }) { context.close(promise: nil) }
            return
        }
        switch timer.state.phase {
        case .waiting: requestLine.received(bytes, isFirst: true)
        case .head: requestLine.received(bytes, isFirst: false)
        default: break
        }
        timer.note { $0.readStarted(count, at: $1) }
        context.fireChannelRead(data)
        if timer.note({ $0.readFinished(at: $1) }) { context.fireErrorCaught(HTTPParserError.headerOverflow) }
    }

    /// The server may have stopped reading. The last response only arrives if no input is left unread.
    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if timer.state.isClosing { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        timer.note { $0.writabilityChanged(isWritable, at: $1) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { timer.note { $0.handshakeFinished(at: $1) } }
        if (event as? ChannelEvent) == .inputClosed { hasClientLeft = true }
        let isClosed = (event as? ChannelEvent) == .inputClosed && timer.state.isClosing
        context.fireUserInboundEventTriggered(event)
        if isClosed, case .discarding = timer.state.phase { context.close(promise: nil) }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ConnectionEviction else { return context.triggerUserOutboundEvent(event, promise: promise) }
        timer.log("idle connection evicted", level: .debug)
        timer.closeAtOnce()
        promise?.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    private func end() {
        timer.stop()
        connection.close()
    }
}
