import NIOHTTP1

/// The status of a response, for the parentheses of a sentence: `403 Forbidden, 'DENIED: not yours'`.
struct ResponseStatus: Hashable, Sendable, CustomStringConvertible {
    let code: Int
    let description: String

    init(_ code: Int) {
        self.code = code
        // The registry's own phrase is not shown: it is not trusted.
        let phrase = HTTPResponseStatus(statusCode: code).reasonPhrase
        description = phrase.isEmpty ? "\(code)" : "\(code) \(phrase)"
    }

    /// - Parameter error: the registry's own code and message, which are quoted if they say more than the status.
    init(_ code: Int, _ error: RegistryErrorBody?, hiding secrets: SecretsInUse) {
        let status = ResponseStatus(code)
        self.code = code
        guard let error, !Self.isUsual(error, for: code) else {
            description = status.description
            return
        }
        let quotation = error.text(hiding: secrets).map { "'\($0)'" } ?? "the registry's message repeats the credential"
        description = "\(status), \(quotation)"
    }

    /// The texts of https://github.com/distribution/distribution, registry/api/errcode/register.go, which repeat the status.
    private static let usualErrors = [
        401: RegistryErrorBody(code: "UNAUTHORIZED", message: "authentication required"),
        403: RegistryErrorBody(code: "DENIED", message: "requested access to the resource is denied"),
        429: RegistryErrorBody(code: "TOOMANYREQUESTS", message: "too many requests"),
    ]

    private static func isUsual(_ error: RegistryErrorBody, for status: Int) -> Bool {
        guard let usual = usualErrors[status], usual.code == error.code else { return false }
        return error.message.isEmpty || error.message == usual.message
    }
}
