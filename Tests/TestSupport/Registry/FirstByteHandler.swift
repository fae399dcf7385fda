import NIOCore

/// The first handler of every connection: counts it, stores its first byte, and adds the handlers for the registry's protocol.
final class FirstByteHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let registry: FaultyRegistry
    private let speech: FaultyRegistry.Speech
    private var hasBegun = false

    init(_ registry: FaultyRegistry, _ speech: FaultyRegistry.Speech) {
        self.registry = registry
        self.speech = speech
    }

    func channelActive(context: ChannelHandlerContext) {
        registry.opened(context.channel)
        if case .hangUp = speech { return context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        registry.closed(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        let isFirst = !hasBegun
        if isFirst, let first = buffer.readableBytesView.first {
            hasBegun = true
            registry.began(with: first)
        }
        switch speech {
        case .http, .https, .oldTLS: context.fireChannelRead(data)
        case .noise(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .endless(let start, let piece) where isFirst:
            context.write(wrapOutboundOut(ByteBuffer(string: start)), promise: nil)
            let pieces = String(repeating: piece, count: max(1, 16 * 1024 / piece.utf8.count))
            writeForever(ByteBuffer(string: pieces), context)
        case .silence, .endless, .hangUp: break
        }
    }

    /// Writes the next part when the last one is in the socket: no more data is created than the peer reads.
    private func writeForever(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        let written = context.eventLoop.makePromise(of: Void.self)
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let handler = NIOLoopBound(self, eventLoop: context.value.eventLoop)
        written.futureResult.whenSuccess {
            handler.value.registry.wrote(bodyBytes: piece.readableBytes)
            // Not at once: while the peer accepts all data, no other connection could use this thread.
            context.value.eventLoop.execute { handler.value.writeForever(piece, context.value) }
        }
        context.value.writeAndFlush(wrapOutboundOut(piece), promise: written)
    }
}
