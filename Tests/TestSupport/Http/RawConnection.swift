package import NIOCore
import NIOPosix
package import NIOSSL
import NIOTLS

/// A connection to a server on this machine that sends exact bytes, and reads one response at a time.
///
/// Bytes after a response remain for the next one, so that an unannounced body is detected.
package final class RawConnection {
    package enum Failure: Error {
        /// The server closed the connection, or was silent for ``patience``; with the bytes received until then.
        case closed(String)
        case malformed(String)
    }

    package static let patience = TimeAmount.seconds(20)

    private let channel: any Channel
    private var pieces: AsyncStream<[UInt8]>.AsyncIterator
    private var received: [UInt8] = []

    private init(_ channel: any Channel, _ pieces: AsyncStream<[UInt8]>) {
        self.channel = channel
        self.pieces = pieces.makeAsyncIterator()
    }

    /// - Parameter tls: the context for TLS, whose handshake is started; nil for plain HTTP.
    package static func open(port: Int, tls: NIOSSLContext? = nil) async throws -> RawConnection {
        let (pieces, arrived) = AsyncStream.makeStream(of: [UInt8].self)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil)) }
                    try pipeline.addHandler(Inbox(arrived))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel, pieces)
    }

    /// Sends a request on a connection of its own, and reads the response to it.
    package static func exchange(_ request: RawRequest, port: Int) async throws -> RawResponse {
        let connection = try await open(port: port)
        do {
            let response = try await connection.send(request)
            await connection.close()
            return response
        } catch {
            await connection.close()
            throw error
        }
    }

    package func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends bytes in the background, as fast as the server accepts them.
    package func begin(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// Stops reading from the server.
    package func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    package func close() async {
        try? await channel.close()
    }

    /// Sends a request and reads the response to it, also where the server responds and closes before it has read the whole body: then the
    /// rest cannot be sent, but the response was received.
    package func send(_ request: RawRequest) async throws -> RawResponse {
        begin(request.bytes)
        return try await receive(toHead: request.method == "HEAD")
    }

    /// The next response.
    /// - Parameter toHead: whether it is the response to a HEAD, which has no body.
    package func receive(toHead: Bool = false) async throws -> RawResponse {
        let end = Array("\r\n\r\n".utf8)
        let head = try await take { received in
            received.indices.first { received[$0...].starts(with: end) }.map { $0 + end.count }
        }
        guard let parsed = RawResponseHead(head[...]), let framing = parsed.framing(toHead: toHead) else {
            throw Failure.malformed(String(decoding: head, as: UTF8.self))
        }
        let body: [UInt8]
        switch framing {
        case .length(let length): body = try await take { $0.count >= length ? length : nil }
        case .chunked: body = try await takeChunks()
        }
        return RawResponse(status: parsed.status, fields: parsed.fields, body: body)
    }

    /// Reads up to the end of a text. Closing a connection with unread data resets it, which every server detects.
    package func take(through text: String) async throws {
        _ = try await take { received in
            received.indices.first { received[$0...].starts(with: text.utf8) }.map { $0 + text.utf8.count }
        }
    }

    /// Waits for the server to close the connection, and discards earlier data.
    /// - Returns: whether it was closed in time.
    package func isClosed(within patience: Duration) async -> Bool {
        let closing = channel.closeFuture
        let late = channel.eventLoop.scheduleTask(in: TimeAmount(patience)) {}
        defer { late.cancel() }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await closing.get()) != nil }
            group.addTask { (try? await late.futureResult.get()) == nil }
            let first = await group.next() ?? false
            if !first { try? await channel.close() }
            late.cancel()
            return first
        }
    }

    private func takeChunks() async throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try await take { received in
                received.indices.first { received[$0...].starts(with: "\r\n".utf8) }.map { $0 + 2 }
            }
            guard let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) else {
                throw Failure.malformed(String(decoding: line, as: UTF8.self))
            }
            body += try await take { $0.count >= size + 2 ? size + 2 : nil }.dropLast(2)
            if size == 0 { return body }
        }
    }

    /// Waits until the function returns a number, and removes that many bytes from the start of the buffer.
    private func take(_ count: ([UInt8]) -> Int?) async throws -> [UInt8] {
        let alarm = channel.eventLoop.scheduleTask(in: Self.patience) { [channel] in channel.close(promise: nil) }
        defer { alarm.cancel() }
        while true {
            if let count = count(received) {
                defer { received.removeFirst(count) }
                return Array(received.prefix(count))
            }
            guard let piece = await pieces.next() else { throw Failure.closed(String(decoding: received, as: UTF8.self)) }
            received += piece
        }
    }
}

private final class Inbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let arrived: AsyncStream<[UInt8]>.Continuation

    init(_ arrived: AsyncStream<[UInt8]>.Continuation) {
        self.arrived = arrived
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrived.yield(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrived.finish()
        context.fireChannelInactive()
    }

    /// A reset connection counts as closed.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
