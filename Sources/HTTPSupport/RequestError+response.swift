package import Domain
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
import NIOHTTP1
import Storage
import Wire

extension RequestError {
    /// The fault that an error is for the caller. What is nobody's business outside goes to the log.
    package init(_ error: any Error, logger: Logger) {
        switch error {
        case let error as RequestError: self = error
        case is HTTPParserError: self = .noRequest
        case StoreError.stale: self = .conflict("It was changed by somebody else at the same time: look at it and try again")
        case is CancellationError: self = .busy("The request was cancelled", retryAfter: 1)
        case StoreError.tooSlow:
            logger.warning("a read of the store took too long and was ended")
            self = .busy("The server could not read its data in time: try again later", retryAfter: 5)
        case StoreError.unavailable(let reason):
            logger.error("the store failed", metadata: ["reason": "\(reason)"])
            self = .unavailable("The server cannot store or read its data at the moment: try again later")
        case StoreError.unverified(let row):
            self = .unavailable(
                "A stored \(row.kind.noun) was changed outside the server and is not used: a server administrator finds it in the log "
                    + "and with 'lighterman doctor'")
        default:
            logger.error("unexpected error", metadata: ["error": "\(error)"])
            self = .internal
        }
    }
}

extension Response {
    /// The one rendering of faults.
    package init(_ error: RequestError) {
        var headers = HTTPFields()
        switch error {
        case .unauthenticated, .expired: headers[.wwwAuthenticate] = "Basic realm=\"lighterman\", charset=\"UTF-8\""
        case .methodNotAllowed(let allowed, _): headers[.allow] = allowed.joined(separator: ", ")
        case .throttled(let seconds), .busy(_, let seconds): headers[.retryAfter] = "\(seconds)"
        case .tooLarge: headers[.connection] = "close"
        default: break
        }
        self.init(status: .init(code: error.status), body: ErrorBody(error: error.message), headers: headers)
    }

    /// A response with a JSON body.
    package init(status: HTTPResponse.Status, body: some Encodable, headers: HTTPFields = HTTPFields()) {
        var headers = headers
        headers[.contentType] = "application/json"
        let bytes = (try? WireCoding.encode(body)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        self.init(status: status, headers: headers, body: .init(byteBuffer: bytes))
    }
}
