package import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
package import NIOSSL

extension HTTPServerBuilder {
    /// HTTP/1.1 for clients that nobody knows: everything that holds of a connection is installed here.
    /// - Parameters:
    ///   - connections: the limiter of all connections of the listener.
    ///   - tls: what TLS is spoken with; nil for plain http.
    package static func limited(
        _ limits: ConnectionLimits = ConnectionLimits(), connections: ConnectionLimiter, tls: NIOSSLContext? = nil
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.headBytes, maxHeaderListSize: limits.headBytes, maxHeaderFieldCount: limits.headFields)
            let http = HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoder))
            return LimitedChannel(http: http, limits: limits, connections: connections, tls: tls)
        }
    }
}

/// A connection with its limits. From the socket upwards: TLS, ``ReadTimeoutHandler``, the parser, ``HeadFraming``, one request at a time,
/// ``RequestLimitHandler``, the server.
struct LimitedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let http: HTTP1Channel
    let limits: ConnectionLimits
    let connections: ConnectionLimiter
    let tls: NIOSSLContext?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let timer = ConnectionTimer(limits, isTLS: tls != nil, channel: channel, logger: logger)
        let connection = TrackedConnection(channel, connections)
        do {
            // All that one read brings is parsed at once, and small requests are a hundred times as large as their bytes.
            let buffers = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: limits.readBytes)
            try channel.syncOptions?.setOption(.recvAllocator, value: buffers)
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
            try channel.pipeline.syncOperations.addHandler(ReadTimeoutHandler(timer, connection))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return http.setup(channel: channel, logger: logger).assumeIsolated().flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            // Handed on all at once, the requests behind the connection's last one would still be carried out.
            try pipeline.addHandlers(
                [HeadFraming(), HTTPServerPipelineHandler(), RequestLimitHandler(timer, limits, connection)], position: .after(parser))
            return value
        }.nonisolated()
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
