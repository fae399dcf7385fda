package import Domain
package import HTTPTypes
package import Hummingbird
package import Logging
package import NIOCore
import Synchronization

/// One of the interfaces behind the server's one address: the API, the gateway, the pages.
package protocol RequestHandler: Sendable {
    /// Whether paths like this one are behind this handler.
    func handles(_ path: String) -> Bool
    func respond(to call: Call) async throws -> Response
    /// Responds to a request that was refused because of its target, and renders the faults that the handler threw.
    func response(to error: RequestError, of request: RefusedRequest) -> Response
}

extension RequestHandler {
    package func response(to error: RequestError, of request: RefusedRequest) -> Response { Response(error) }
}

/// A request without a call.
package struct RefusedRequest: Sendable {
    /// The path as it was written.
    package let path: String
    package let headers: HTTPFields
    /// The request's `Host`.
    package let host: String?
}

/// A request whose target was found to be canonical, with what is known of it so far. A class, because it has many members and is passed to
/// every function on the way.
package final class Call: Sendable {
    package let method: HTTPRequest.Method
    package let target: Target
    package let headers: HTTPFields
    /// What the request's `Host` says.
    package let host: String?
    package let address: ClientAddress
    package let logger: Logger
    package let access: AccessRecord
    /// The body as it comes; see ``readBody()`` for one that is a document.
    package let body: RequestBody
    let bodyReading = BodyReading()

    let channel: any Channel

    package static let bodyLimit = 64 * 1024

    init(_ request: Request, target: Target, address: ClientAddress, access: AccessRecord, _ context: Context) {
        method = request.method
        headers = request.headers
        host = request.head.authority
        body = request.body
        self.target = target
        self.address = address
        self.access = access
        logger = context.logger
        channel = context.channel
    }

    /// The whole body, of so many bytes at most.
    package func readBody(upTo limit: Int = Call.bodyLimit) async throws -> [UInt8] {
        Array(try await readBuffer(upTo: limit).readableBytesView)
    }

    package func readBuffer(upTo limit: Int) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw RequestError.tooLarge(limit: limit) }
        var buffer = ByteBuffer()
        for try await part in body {
            guard buffer.readableBytes + part.readableBytes <= limit else { throw RequestError.tooLarge(limit: limit) }
            buffer.writeImmutableBuffer(part)
        }
        return buffer
    }
}

/// What a handler finds out about a call for the access log.
package final class AccessRecord: Sendable {
    private let identified = Mutex<Identity?>(nil)
    private let onIdentity: @Sendable () -> Void

    /// - Parameter onIdentity: called when the call is found to be somebody's.
    init(onIdentity: @escaping @Sendable () -> Void) {
        self.onIdentity = onIdentity
    }

    package var identity: Identity? {
        get { identified.withLock { $0 } }
        set {
            identified.withLock { $0 = newValue }
            if newValue != nil { onIdentity() }
        }
    }
}
