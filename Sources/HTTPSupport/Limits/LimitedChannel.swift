package import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
package import NIOSSL

extension HTTPServerBuilder {
    /// HTTP/1.1 for untrusted clients, with timeouts and limits.
    /// - Parameters:
    ///   - connections: the limiter of all connections of the listener.
    ///   - handlers: the interfaces, which define the formats of errors.
    ///   - tls: returns the TLS configuration of a new connection; nil for plain HTTP.
    package static func limited(
        _ limits: ConnectionLimits = ConnectionLimits(), connections: ConnectionLimiter, handlers: [any RequestHandler] = [],
        tls: (@Sendable () -> NIOSSLContext)? = nil
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.headBytes, maxHeaderListSize: limits.headBytes, maxHeaderFieldCount: limits.headFields)
            let http = HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoder))
            return LimitedChannel(http: http, limits: limits, connections: connections, handlers: handlers, tls: tls)
        }
    }
}

/// A connection with its limits. The pipeline, from the socket: TLS, ``ReadTimeoutHandler``, the parser, ``HeadFraming``, the
/// pipelining handler, ``RequestLimitHandler``, the server.
struct LimitedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let http: HTTP1Channel
    let limits: ConnectionLimits
    let connections: ConnectionLimiter
    let handlers: [any RequestHandler]
    let tls: (@Sendable () -> NIOSSLContext)?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let timer = ConnectionTimer(limits, isTLS: tls != nil, channel: channel, logger: logger)
        let connection = TrackedConnection(channel, connections)
        let requestLine = RequestLine()
        do {
            // All bytes of one read are parsed at once, and parsed small requests take a hundred times their size in memory.
            let buffers = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: limits.readBytes)
            try channel.syncOptions?.setOption(.recvAllocator, value: buffers)
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls())) }
            try channel.pipeline.syncOperations.addHandler(ReadTimeoutHandler(timer, connection, requestLine))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return http.setup(channel: channel, logger: logger).assumeIsolated().flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            // Without this handler, requests that were pipelined behind the connection's last request would still be executed.
            try pipeline.addHandlers(
                [
                    HeadFraming(), HTTPServerPipelineHandler(),
                    RequestLimitHandler(timer, limits, connection, requestLine, handlers),
                ], position: .after(parser))
            return value
        }.nonisolated()
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
