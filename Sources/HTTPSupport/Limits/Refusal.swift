import Domain
import Hummingbird
import NIOCore
import NIOHTTP1
import Wire

/// The answer to what never became a request. It looks like every other one, and it is the connection's last.
struct Refusal {
    let head: HTTPResponseHead
    let body: ByteBuffer

    init(_ fault: Fault) {
        body = (try? WireCoding.encode(FaultBody(error: fault.message))).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: fault.status),
            headers: [
                "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)", "Cache-Control": "no-store",
                Header.requestID: "\(RequestID())", "Connection": "close",
            ])
    }
}

extension Fault {
    static let noRequest = Fault.invalid("The request is not valid HTTP")
}
