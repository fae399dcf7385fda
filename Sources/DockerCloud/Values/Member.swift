public import FoundationEssentials
import Wire

/// A person who may do something in an organization.
public struct Member: CloudObject, Hashable, Sendable {
    /// The name of the person's account.
    public let name: String
    /// The resource URI of the organization.
    public let organization: String
    /// What the person may do there.
    public let permission: Permission
    /// When the person became a member; nil where the server's text is not a date.
    public let created: Date?
    /// The path of the member on the server.
    public let resourceURI: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: MemberBody.self, what: "a member", requestID: requestID)
        name = body.name
        organization = body.organization
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
