import NIOCore

/// Sees every connection first: counts it, notes its first byte, and lets it in where the registry speaks at all.
final class DoorKeeper: ChannelInboundHandler {
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
        if !hasBegun, let first = buffer.readableBytesView.first {
            hasBegun = true
            registry.began(with: first)
        }
        switch speech {
        case .http, .https, .oldTLS: context.fireChannelRead(data)
        case .noise(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .silence, .hangUp: break
        }
    }
}
