import FoundationEssentials

/// The credential that authenticates each request. Printing it never reveals it.
public struct Authorization: Sendable {
    /// The value of the `Authorization` header.
    let headerValue: String
    /// The texts that are redacted from error messages.
    let secrets: [String]

    private init(headerValue: String, secrets: [String]) {
        self.headerValue = headerValue
        self.secrets = secrets
    }

    /// An account and its API key, as HTTP Basic authentication.
    ///
    /// - Throws: ``DockerCloudError/Code/invalidAuthorization`` for an empty or ambiguous user or an empty key.
    public static func basic(user: String, key: String) throws(DockerCloudError) -> Authorization {
        guard !user.isEmpty, !key.isEmpty else { throw .invalidAuthorization(reason: "the user name or the API key is empty") }
        // The first colon ends the user name (RFC 7617, section 2).
        guard !user.utf8.contains(UInt8(ascii: ":")) else {
            throw .invalidAuthorization(reason: "a user name cannot contain a ':'")
        }
        let encoded = Data("\(user):\(key)".utf8).base64EncodedString()
        return Authorization(headerValue: "Basic \(encoded)", secrets: [key, encoded])
    }

    /// A value for the `Authorization` header, sent unchanged.
    ///
    /// - Throws: ``DockerCloudError/Code/invalidAuthorization`` for a value that is empty or not printable ASCII.
    public static func verbatim(_ value: String) throws(DockerCloudError) -> Authorization {
        guard !value.isEmpty, value.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw .invalidAuthorization(reason: "the Authorization header may contain only printable ASCII, in one line")
        }
        return Authorization(headerValue: value, secrets: [value] + value.split(separator: " ").suffix(1).map(String.init))
    }
}

extension Authorization: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { description }
    /// Has no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
