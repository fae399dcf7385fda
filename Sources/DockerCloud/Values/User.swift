public import FoundationEssentials
import Wire

/// A person's account, as the server knows it.
public struct User: CloudObject, Hashable, Sendable {
    /// The name that the person logs in with, and that of the namespace which is the person's own.
    public let name: String
    /// Whether the person administers the server: its users, and the registries that it may use.
    public let isAdministrator: Bool
    /// Whether the server refuses the account's API keys for now.
    public let isDisabled: Bool
    /// When the account was made; nil where the server's text is not a date.
    public let created: Date?
    /// The path of the account on the server.
    public let resourceURI: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: UserBody.self, what: "a user", requestID: requestID)
        name = body.name
        isAdministrator = body.isAdministrator
        isDisabled = body.isDisabled
        created = WireCoding.date(body.created)
        resourceURI = body.resourceURI
        object = json
    }

    /// All that the server sent, members included that this library does not know, as JSON in one line.
    public var json: String { object.text() }
    /// All that the server sent, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}
