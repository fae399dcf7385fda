import Wire

/// An API key that was just made, together with its secret, which the server tells this once; no way of printing it shows it.
public struct NewAPIKey: CloudObject, Sendable {
    /// What the server will tell of the key from now on.
    public let apiKey: APIKey
    /// The whole key, which its account logs in with: a secret.
    public let secret: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        apiKey = try APIKey(json: json, requestID: requestID)
        let body = try json.decoded(as: APIKeyBody.self, what: "an API key", requestID: requestID)
        guard let key = body.key else { throw .invalidResponse(reason: "the API key itself is missing", requestID: requestID) }
        secret = key
        object = json
    }

    /// All that the server sent, the secret included as `key`, as JSON in one line.
    public var json: String { object.text() }
    /// All that the server sent, the secret included as `key`, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}

extension NewAPIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { description }
    /// Without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
