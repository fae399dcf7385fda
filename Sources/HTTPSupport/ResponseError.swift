package import Domain

/// All errors that are reported to clients: those of operations, and those of HTTP.
package enum ResponseError: Error, Hashable, Sendable {
    case operation(RequestError)
    /// - instead: the method and the path that the client probably meant.
    case methodNotAllowed(allowed: [String], instead: String? = nil)
    case bodyTooLarge(limit: Int)
    /// The request line and header fields.
    case headTooLarge(bytes: Int, fields: Int)
    case unsupportedMediaType(String)
    /// Too many wrong credentials came from one address.
    case throttled(retryAfter: Int)

    package static func invalid(_ message: String) -> ResponseError { .operation(.invalid(message)) }
    package static func unavailable(_ message: String) -> ResponseError { .operation(.unavailable(message)) }

    package var status: Int {
        switch self {
        case .operation(let error): error.status
        case .methodNotAllowed: 405
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .throttled: 429
        case .headTooLarge: 431
        }
    }

    package var message: String {
        switch self {
        case .operation(let error): error.message
        case .methodNotAllowed(let allowed, let instead):
            "This resource supports \(allowed.joined(separator: ", ")) only"
                + (instead.map { "; an item has its name in the path: \($0)" } ?? "")
        case .bodyTooLarge(let limit): "The request body is larger than \(limit) bytes"
        case .headTooLarge(let bytes, let fields):
            "The head of the request is larger than \(bytes) bytes, or has more than \(fields) fields"
        case .unsupportedMediaType(let message): message
        case .throttled(let seconds): "Too many wrong credentials came from this address. Try again in \(seconds) s."
        }
    }
}
