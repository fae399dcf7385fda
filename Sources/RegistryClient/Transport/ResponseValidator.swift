import NIOCore
import NIOHTTP1

/// Follows the response decoder in the pipeline, and closes the connection if a registry violates HTTP or pauses for too long within a
/// response.
final class ResponseValidator: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let silence: TimeAmount
    private let connections: UpstreamConnections
    private var order = ResponseOrder()
    private var isBroken = false
    private var isIdle = false
    /// The time since when more of a body is awaited; nil while nothing reads.
    private var reading: NIODeadline?
    private var alarm: Scheduled<Void>?

    /// - Parameter silence: the longest pause of a registry within a response.
    init(silence: TimeAmount, _ connections: UpstreamConnections) {
        self.silence = silence
        self.connections = connections
    }

    /// Adds the validator before AsyncHTTPClient's own handler.
    static func add(to channel: any Channel, silence: TimeAmount, _ connections: UpstreamConnections) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
        try pipeline.addHandler(ResponseValidator(silence: silence, connections), position: .after(decoder))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: order.requestBegins()
        case .body: break
        case .end: order.requestEnds()
        }
        noteIdleness(context)
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        reading = nil
        do throws(ResponseViolation) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                try order.headArrives(status: Int(head.status.code))
                if order.isReceivingBody { watch(context) }
            case .body: try order.bodyArrives()
            case .end:
                try order.responseEnds()
                noteIdleness(context)
            }
        } catch {
            return fail(TransportError.connection(error.reason), context)
        }
        context.fireChannelRead(data)
    }

    private func noteIdleness(_ context: ChannelHandlerContext) {
        guard order.isIdle != isIdle else { return }
        isIdle = order.isIdle
        connections.becomes(idle: isIdle, context.channel)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connections.opened(context.channel)
    }

    func read(context: ChannelHandlerContext) {
        reading = reading ?? .now()
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(context)
    }

    private func end(_ context: ChannelHandlerContext) {
        alarm?.cancel()
        connections.closed(context.channel)
    }

    /// One timer serves all responses of a connection. It is rescheduled if it fires too early, which is cheaper than a timer for each
    /// part.
    private func watch(_ context: ChannelHandlerContext, from now: NIODeadline = .now()) {
        guard alarm == nil else { return }
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: now + silence) { [self] in
            alarm = nil
            guard order.isReceivingBody, !isBroken else { return }
            guard let reading, reading + silence <= .now() else { return watch(context.value, from: reading ?? .now()) }
            fail(TransportError.timedOut, context.value)
        }
    }

    private func fail(_ error: TransportError, _ context: ChannelHandlerContext) {
        isBroken = true
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
