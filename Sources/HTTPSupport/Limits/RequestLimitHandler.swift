import Domain
import NIOCore
import NIOHTTP1

/// Lets requests through one at a time, answers those that are none, and decides which answer is the connection's last.
final class RequestLimitHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let timer: ConnectionTimer
    private let limits: ConnectionLimits
    private let connection: TrackedConnection
    /// Whether the client said that the request at hand is its last.
    private var isLastRequest = false
    private var isAnswering = false
    private var isLastAnswer = false

    init(_ timer: ConnectionTimer, _ limits: ConnectionLimits, _ connection: TrackedConnection) {
        self.timer = timer
        self.limits = limits
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !timer.watch.isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            let service = connection.requestBegins()
            // The connection is about to be closed.
            guard service != .none else { return timer.note { watch, _ in watch.breaks() } }
            if let error = RequestHead.error(of: head) ?? error(of: head, served: service) {
                return refuse(error, isHead: head.method == .HEAD, context)
            }
            isLastRequest = !head.isKeepAlive || RequestHead.leavesHTTP(head) || service != .all
            timer.note { watch, _ in watch.headArrives(announcing: RequestHead.bodyLength(of: head)) }
        case .body(let bytes): timer.note { watch, _ in watch.bodyArrives(bytes.readableBytes) }
        case .end: timer.note { $0.requestEnds(at: $1) }
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        switch timer.watch.phase {
        // The parser also complains of requests that end because the connection did.
        case .waiting where !context.channel.isActive, .head where !context.channel.isActive: break
        case .waiting, .head:
            let isTooLarge = error == .headerOverflow
            guard connection.requestBegins() != .none else { return }
            refuse(isTooLarge ? .headTooLarge(bytes: limits.headBytes, fields: limits.headFields) : .noRequest, context)
        case .body, .working:
            timer.note { watch, _ in watch.breaks() }
            context.fireErrorCaught(error)
        case .draining: context.close(promise: nil)
        case .handshake, .sending, .discarding: break
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where timer.watch.isAnswerable && head.status.code >= 200:
            isAnswering = true
            writeHead(head, context, promise)
        case .end where isAnswering: writeEnd(data, context, promise)
        case .body where isAnswering, .head where timer.watch.isAnswerable: context.write(data, promise: promise)
        // An answer that nobody asked for would be taken for the answer to the next request.
        default: promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    private func writeHead(_ head: HTTPResponseHead, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        var head = head
        isLastAnswer = isLastRequest || timer.watch.mustClose || !head.isKeepAlive
        if isLastAnswer { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private func writeEnd(_ end: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isAnswering = false
        isLastAnswer = isLastAnswer || timer.watch.isBroken
        let isLast = isLastAnswer
        timer.note { $0.answerEnds(isLast: isLast, at: $1) }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.cascade(to: promise)
        written.futureResult.assumeIsolated().whenSuccess {
            self.connection.answerIsOut()
            if isLast { self.hangUp(context) }
        }
        context.write(end, promise: written)
    }

    /// What is closed while something is unread is reset, and a client whose connection is reset may not see the answer.
    private func hangUp(_ context: ChannelHandlerContext) {
        timer.note { $0.lastAnswerIsOut(at: $1) }
        context.close(mode: .output, promise: nil)
        context.read()
    }

    /// On a connection that is reserved for health checks, other requests are refused.
    private func error(of head: HTTPRequestHead, served service: ConnectionTable.Service) -> RequestError? {
        guard case .healthChecks(let reason) = service, !HealthHandler.isPath(head.uri.prefix { $0 != "?" }) else { return nil }
        return connection.refuse(reason)
    }

    private func refuse(_ error: RequestError, isHead: Bool = false, _ context: ChannelHandlerContext) {
        timer.log("request refused: \(error.message)")
        let answer = ConnectionErrorResponse(error)
        isLastAnswer = true
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil) }
        writeEnd(wrapOutboundOut(.end(nil)), context, nil)
        context.flush()
    }
}
