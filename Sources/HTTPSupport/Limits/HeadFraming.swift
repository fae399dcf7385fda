import NIOCore
import NIOHTTP1

/// Writes responses to HEAD that have no `Content-Length`. NIO's encoder would add `Transfer-Encoding: chunked` and an empty last
/// chunk, which a client reads as the start of the next response (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2).
final class HeadFraming: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// For each request without a response, oldest first: whether it is a HEAD.
    private var requests = CircularBuffer<Bool>()
    private var isOwnResponse = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { requests.append(head.method == .HEAD) }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.code >= 200:
            let isHead = requests.popFirst() ?? false
            isOwnResponse = isHead && head.status.mayHaveResponseBody && !head.headers.contains(name: "content-length")
            guard isOwnResponse else { return context.write(data, promise: promise) }
            write(Self.bytes(of: head, context.channel.allocator), context, promise)
        case .end where isOwnResponse:
            isOwnResponse = false
            write(ByteBuffer(), context, promise)
        case .body where isOwnResponse: promise?.succeed()
        default: context.write(data, promise: promise)
        }
    }

    private static func bytes(of head: HTTPResponseHead, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 256)
        buffer.writeString("HTTP/1.1 \(head.status.code) \(head.status.reasonPhrase)\r\n")
        for (name, value) in head.headers where name.lowercased() != "transfer-encoding" { buffer.writeString("\(name): \(value)\r\n") }
        buffer.writeString("\r\n")
        return buffer
    }

    /// Writes bytes directly, bypassing the encoder.
    private func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        do {
            let encoder = try context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
            encoder.write(NIOAny(IOData.byteBuffer(bytes)), promise: promise)
        } catch {
            promise?.fail(error)
        }
    }
}
