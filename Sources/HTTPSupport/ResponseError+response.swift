import Domain
package import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
import NIOHTTP1
import Operations
import Storage
package import Wire

extension ResponseError {
    /// Maps any error to the error that the client receives. Internal details go to the log only.
    package init(_ error: any Error, logger: Logger) {
        switch error {
        case let error as ResponseError: self = error
        case let failed as FailedAttempt: self.init(failed.error, logger: logger)
        case is HTTPParserError: self = .noRequest
        default: self = .operation(RequestError(error, logger: logger))
        }
    }
}

extension RequestError {
    fileprivate init(_ error: any Error, logger: Logger) {
        switch error {
        case let error as RequestError: self = error
        case StoreError.stale:
            self = .conflict("The object was changed by another request at the same time. Nothing was stored. Read it again, and retry.")
        case is CancellationError: self = .busy("The request was cancelled", retryAfter: 1)
        case StoreError.tooSlow:
            logger.warning("read of the store cancelled: it took too long")
            self = .busy("The server could not read its data in time. Try again later.", retryAfter: 5)
        case StoreError.unavailable(let reason):
            logger.error("the store failed", metadata: ["reason": "\(reason)"])
            self = .unavailable("The server cannot store or read its data at the moment. Try again later.")
        case StoreError.unverified(let row):
            self = .unavailable(
                "A stored \(row.kind.noun) was changed outside the server and is not used. A server administrator finds it in the log and "
                    + "with 'lighterman doctor'.")
        default:
            logger.error("unexpected error", metadata: ["error": "\(error)"])
            self = .internal
        }
    }
}

extension Response {
    /// Renders an error as a response in the format of the API.
    package init(_ error: ResponseError) {
        self.init(error, body: ErrorBody(error))
    }

    /// Renders an error as a response with this body.
    init(_ error: ResponseError, body: any Encodable) {
        var headers = HTTPFields()
        switch error {
        case .operation(.unauthenticated), .operation(.expired): headers[.wwwAuthenticate] = "Basic realm=\"lighterman\", charset=\"UTF-8\""
        case .methodNotAllowed(let allowed, _): headers[.allow] = allowed.joined(separator: ", ")
        case .throttled(let seconds), .operation(.busy(_, let seconds)): headers[.retryAfter] = "\(seconds)"
        case .bodyTooLarge: headers[.connection] = "close"
        case .operation(.credentialRejected(_, let user?)): headers[Header.refusedUserName] = user
        default: break
        }
        self.init(status: .init(code: error.status), body: body, headers: headers)
    }

    /// A response with a JSON body.
    package init(status: HTTPResponse.Status, body: some Encodable, headers: HTTPFields = HTTPFields()) {
        var headers = headers
        headers[.contentType] = "application/json"
        let bytes = (try? WireCoding.encode(body)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        self.init(status: status, headers: headers, body: .init(byteBuffer: bytes))
    }
}

extension ErrorBody {
    package init(_ error: ResponseError) {
        let code: String? =
            switch error {
            case .operation(.credentialRejected): Self.credentialRejected
            case .operation(.credentialWithheld): Self.credentialWithheld
            case .operation(.report(.unknown)): Self.reportUnknown
            case .operation(.report(.outdated)): Self.reportOutdated
            case .operation(.report(.nameTaken)): Self.agentNameTaken
            default: nil
            }
        self.init(error: error.message, code: code)
    }
}

extension Header {
    package static var requestIDName: HTTPField.Name { .known(requestID) }
    package static var actionURIName: HTTPField.Name { .known(actionURI) }
    static var refusedUserName: HTTPField.Name { .known(refusedUser) }
}

extension HTTPField.Name {
    /// A valid field name from the source code.
    package static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("'\(text)' is a valid field name") }
        return name
    }
}
