package import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
package import NIOSSL

/// The limits of one client connection.
package struct ConnectionLimits: Sendable {
    /// The maximum time for the head of a request from its first byte on, and for a TLS handshake.
    package var headTime: Duration = .seconds(10)
    /// The maximum time that a connection may be silent before and between requests, and that a response may wait for the client to
    /// read it.
    package var idleTime: Duration = .seconds(60)
    /// The maximum time that a body may be slower than ``bodyRate``. Only the time during which the server waits for bytes counts.
    package var bodyGrace: Duration = .seconds(10)
    /// The minimum rate in bytes per second, as an average over the time during which the server waited.
    package var bodyRate = 1024
    /// The time during which the server still reads after an early or last response. Without this, a reset could destroy the response.
    package var drainTime: Duration = .seconds(2)
    /// The number of bytes that the server still reads then.
    package var drainBytes = 256 * 1024
    /// The maximum size of one read.
    package var readBytes = 16 * 1024
    /// The maximum size of the request line and the header fields.
    package var headBytes = 16 * 1024
    package var headFields = 100

    package init() {}
}

extension HTTPServerBuilder {
    /// HTTP/1.1 for untrusted clients, with timeouts and limits.
    /// - Parameters:
    ///   - connections: the limiter of all connections of the listener.
    ///   - tls: the TLS configuration; nil for plain HTTP.
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

/// A connection with its limits. The pipeline, from the socket: TLS, ``ReadTimeoutHandler``, the parser, ``HeadFraming``, the
/// pipelining handler, ``RequestLimitHandler``, the server.
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
            // All bytes of one read are parsed at once, and parsed small requests take a hundred times their size in memory.
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
            // Without this handler, requests that were pipelined behind the connection's last request would still be executed.
            try pipeline.addHandlers(
                [HeadFraming(), HTTPServerPipelineHandler(), RequestLimitHandler(timer, limits, connection)], position: .after(parser))
            return value
        }.nonisolated()
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
