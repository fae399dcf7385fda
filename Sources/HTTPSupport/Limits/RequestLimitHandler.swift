import Domain
import Hummingbird
import NIOCore
import NIOHTTP1
import Wire

/// Passes on one request at a time, responds to invalid ones, and decides which response is the connection's last.
final class RequestLimitHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let timer: ConnectionTimer
    private let limits: ConnectionLimits
    private let connection: TrackedConnection
    private let requestLine: RequestLine
    private let handlers: [any RequestHandler]
    /// Whether the client declared the current request to be its last.
    private var isLastRequest = false
    private var isResponding = false
    private var isLastResponse = false

    /// - Parameter handlers: the interfaces, which define the formats of errors.
    init(
        _ timer: ConnectionTimer, _ limits: ConnectionLimits, _ connection: TrackedConnection, _ requestLine: RequestLine,
        _ handlers: [any RequestHandler]
    ) {
        self.requestLine = requestLine
        self.handlers = handlers
        self.timer = timer
        self.limits = limits
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !timer.state.isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            requestLine.headReceived(head.uri)
            let service = connection.requestStarted()
            // The connection is being closed.
            guard service != .none else { return timer.note { state, _ in state.parsingFailed() } }
            if let error = RequestHead.error(of: head) ?? error(of: head, served: service) {
                return refuse(error, isHead: head.method == .HEAD, context)
            }
            isLastRequest = !head.isKeepAlive || RequestHead.leavesHTTP(head) || service != .all
            timer.note { state, _ in state.headReceived(announcing: RequestHead.bodyLength(of: head)) }
        case .body(let bytes): timer.note { state, _ in state.bodyReceived(bytes.readableBytes) }
        case .end: timer.note { $0.requestFinished(at: $1) }
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        switch timer.state.phase {
        // The parser also reports requests that were closeAtOnce off by a disconnect.
        case .waiting where !context.channel.isActive, .head where !context.channel.isActive: break
        case .waiting, .head:
            let isTooLarge = error == .headerOverflow
            guard connection.requestStarted() != .none else { return }
            refuse(isTooLarge ? .headTooLarge(bytes: limits.headBytes, fields: limits.headFields) : .noRequest, context)
        case .body, .working:
            timer.note { state, _ in state.parsingFailed() }
            context.fireErrorCaught(error)
        case .draining: context.close(promise: nil)
        case .handshake, .sending, .discarding: break
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where timer.state.expectsResponse && head.status.code >= 200:
            isResponding = true
            writeHead(head, context, promise)
        case .end where isResponding: writeEnd(data, context, promise)
        case .body where isResponding, .head where timer.state.expectsResponse: context.write(data, promise: promise)
        // A client would take a response without a request for the response to its next request.
        default: promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    private func writeHead(_ head: HTTPResponseHead, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        var head = head
        isLastResponse = isLastRequest || timer.state.mustClose || !head.isKeepAlive
        if isLastResponse { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private func writeEnd(_ end: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isResponding = false
        isLastResponse = isLastResponse || timer.state.isBroken
        let isLast = isLastResponse
        timer.note { $0.responseFinished(isLast: isLast, at: $1) }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.cascade(to: promise)
        written.futureResult.assumeIsolated().whenSuccess {
            self.connection.responseSent()
            if isLast { self.hangUp(context) }
        }
        context.write(end, promise: written)
    }

    /// Closing a connection with unread input resets it, and a reset may discard the response before the client reads it.
    private func hangUp(_ context: ChannelHandlerContext) {
        timer.note { $0.lastResponseSent(at: $1) }
        context.close(mode: .output, promise: nil)
        context.read()
    }

    /// Rejects other requests on a connection that is reserved for health checks.
    private func error(of head: HTTPRequestHead, served service: ConnectionTable.Service) -> ResponseError? {
        guard case .healthChecks(let reason) = service, !HealthHandler.isPath(head.uri.prefix { $0 != "?" }) else { return nil }
        return connection.refuse(reason)
    }

    private func refuse(_ error: ResponseError, isHead: Bool = false, _ context: ChannelHandlerContext) {
        timer.log("request refused: \(error.message)")
        let response = ConnectionErrorResponse(error, body: handlers.body(of: error, at: requestLine.path))
        isLastResponse = true
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(response.body))), promise: nil) }
        writeEnd(wrapOutboundOut(.end(nil)), context, nil)
        context.flush()
    }
}

/// The response to input that is not a valid request. It closes the connection.
struct ConnectionErrorResponse {
    let head: HTTPResponseHead
    let body: ByteBuffer

    /// The seconds after which a client may retry if the server had no room for its request.
    static let retryAfter = 1

    init(_ error: ResponseError, body document: any Encodable) {
        body = (try? WireCoding.encode(document)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)", "Cache-Control": "no-store",
            Header.requestID: "\(RequestID())", "Connection": "close", "X-Content-Type-Options": "nosniff",
        ]
        if case .operation(.unavailable) = error { headers.add(name: "Retry-After", value: "\(Self.retryAfter)") }
        head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: error.status), headers: headers)
    }
}

extension ResponseError {
    static let noRequest = ResponseError.invalid("The request is not valid HTTP")
}
