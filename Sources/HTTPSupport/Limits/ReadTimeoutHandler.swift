import Logging
import NIOCore
import NIOHTTP1
import NIOTLS

/// Stands before the parser, where a request can be seen that is not complete yet.
final class ReadTimeoutHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData

    private let timer: ConnectionTimer
    private let connection: TrackedConnection
    /// Whether the client has closed its side: it asks for nothing more, and hardly waits for an answer.
    private(set) var hasClientLeft = false

    init(_ timer: ConnectionTimer, _ connection: TrackedConnection) {
        self.timer = timer
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        guard connection.open() else { return timer.cut() }
        context.fireChannelActive()
    }

    func read(context: ChannelHandlerContext) {
        timer.note { $0.asksForBytes(at: $1) }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        guard !timer.watch.isOver else {
            if timer.note({ watch, _ in watch.discards(count) }) { context.close(promise: nil) }
            return
        }
        timer.note { $0.pieceBegins(count, at: $1) }
        context.fireChannelRead(data)
        if timer.note({ $0.pieceEnds(at: $1) }) { context.fireErrorCaught(HTTPParserError.headerOverflow) }
    }

    /// Whoever reads requests may have stopped reading, but the last answer arrives only where nothing is left unread.
    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if timer.watch.isOver { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        timer.note { $0.becomesWritable(isWritable, at: $1) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { timer.note { $0.handshakeEnds(at: $1) } }
        if (event as? ChannelEvent) == .inputClosed { hasClientLeft = true }
        let isClosed = (event as? ChannelEvent) == .inputClosed && timer.watch.isOver
        context.fireUserInboundEventTriggered(event)
        if isClosed, case .discarding = timer.watch.phase { context.close(promise: nil) }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ConnectionEviction else { return context.triggerUserOutboundEvent(event, promise: promise) }
        timer.log("idle connection closed to make room for another one", level: .debug)
        timer.cut()
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
