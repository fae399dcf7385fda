import Domain
import Hummingbird
import NIOCore
import NIOHTTP1
import Wire

/// The answer to what never became a request. It looks like every other one, and it is the connection's last.
struct ConnectionErrorResponse {
    let head: HTTPResponseHead
    let body: ByteBuffer

    /// After how many seconds a client may try again where the server had no room for its request.
    static let retryAfter = 1

    init(_ error: RequestError) {
        body = (try? WireCoding.encode(ErrorBody(error: error.message))).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)", "Cache-Control": "no-store",
            Header.requestID: "\(RequestID())", "Connection": "close",
        ]
        if case .unavailable = error { headers.add(name: "Retry-After", value: "\(Self.retryAfter)") }
        head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: error.status), headers: headers)
    }
}

extension RequestError {
    static let noRequest = RequestError.invalid("The request is not valid HTTP")
}
