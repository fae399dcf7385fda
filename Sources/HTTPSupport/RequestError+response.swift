package import Domain
package import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
import NIOHTTP1
import Storage
package import Wire

extension RequestError {
    /// Maps any error to the error that the client receives. Internal details go to the log only.
    package init(_ error: any Error, logger: Logger) {
        switch error {
        case let error as RequestError: self = error
        case is HTTPParserError: self = .noRequest
        case StoreError.stale: self = .conflict("It was changed by somebody else at the same time: look at it and try again")
        case is CancellationError: self = .busy("The request was cancelled", retryAfter: 1)
        case StoreError.tooSlow:
            logger.warning("read of the store cancelled: it took too long")
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
    /// Renders an error as a response.
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

extension Header {
    package static var requestIDName: HTTPField.Name { .known(requestID) }
    package static var actionURIName: HTTPField.Name { .known(actionURI) }
}

extension HTTPField.Name {
    /// A valid field name from the source code.
    package static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("'\(text)' is a valid field name") }
        return name
    }
}
