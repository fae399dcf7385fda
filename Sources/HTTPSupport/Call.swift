package import Domain
package import HTTPTypes
package import Hummingbird
package import Logging
package import NIOCore
import Naming

/// A request with a canonical target, and the data that handlers share. A class because it has many members and is passed to many
/// functions.
package final class Call: Sendable {
    package let method: HTTPRequest.Method
    package let target: Target
    package let headers: HTTPFields
    /// The request's `Host`.
    package let host: String?
    package let address: ClientAddress
    package let logger: Logger
    /// The body as a stream. See ``readBody(upTo:)`` for a small document.
    package let body: RequestBody
    let bodyReading = BodyReading()

    let channel: any Channel
    /// Called when the request is authenticated.
    let onAuthentication: @Sendable () -> Void

    package static let bodyLimit = 64 * 1024

    init(
        _ request: Request, target: Target, address: ClientAddress, _ context: Context, onAuthentication: @escaping @Sendable () -> Void
    ) {
        method = request.method
        headers = request.headers
        host = request.head.authority
        body = request.body
        self.target = target
        self.address = address
        self.onAuthentication = onAuthentication
        logger = context.logger
        channel = context.channel
    }

    /// The whole body. Throws 413 if it is larger than `limit` bytes.
    package func readBody(upTo limit: Int = Call.bodyLimit) async throws -> [UInt8] {
        Array(try await readBuffer(upTo: limit).readableBytesView)
    }

    package func readBuffer(upTo limit: Int) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw ResponseError.bodyTooLarge(limit: limit) }
        var buffer = ByteBuffer()
        for try await part in body {
            guard buffer.readableBytes + part.readableBytes <= limit else { throw ResponseError.bodyTooLarge(limit: limit) }
            buffer.writeImmutableBuffer(part)
        }
        return buffer
    }
}

/// The request's connection, as Hummingbird passes it to the responder.
package struct Context: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The remote address of the connection; nil if the transport has none.
    package let peer: String?
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
        channel = source.channel
    }
}

extension Action.Origin {
    /// The origin of a request for the audit trail, which redacts API keys when it is stored. Text from the client is printable ASCII of at most 256 bytes.
    package init(of call: Call, by identity: Identity?) {
        var userAgent = call.headers[.userAgent] ?? ""
        if userAgent.utf8.count > 256 { userAgent = String(userAgent.prefix(256)) }
        self.init(
            user: identity?.account.name.description ?? "", keyID: identity?.keyID, address: call.address.description,
            method: call.method.rawValue,
            path: call.target.shortPath, userAgent: userAgent)
    }
}
