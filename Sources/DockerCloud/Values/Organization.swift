public import FoundationEssentials
import Wire

/// An organization: a namespace that several accounts work in.
public struct Organization: CloudObject, Hashable, Sendable {
    /// Its name, which is that of its namespace.
    public let name: String
    /// What the client's own account may do in it.
    public let permission: Permission
    /// When it was made; nil where the server's text is not a date.
    public let created: Date?
    /// The path of the organization on the server.
    public let resourceURI: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: OrganizationBody.self, what: "an organization", requestID: requestID)
        name = body.name
        permission = Permission(rawValue: body.permission)
        created = WireCoding.date(body.created)
        resourceURI = body.resourceURI
        object = json
    }

    /// All that the server sent, members included that this library does not know, as JSON in one line.
    public var json: String { object.text() }
    /// All that the server sent, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}
