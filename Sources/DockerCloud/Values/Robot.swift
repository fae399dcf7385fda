public import FoundationEssentials
import Wire

/// An account of an organization that no person logs in with, but a program.
public struct Robot: CloudObject, Hashable, Sendable {
    /// Its name within the organization, `ci`: what the calls of ``Robots`` take.
    public let name: String
    /// The name that it logs in with, `acme+ci`.
    public let account: String
    /// The resource URI of the organization.
    public let organization: String
    /// What it may do there.
    public let permission: Permission
    /// When it was made; nil where the server's text is not a date.
    public let created: Date?
    /// The path of the robot on the server.
    public let resourceURI: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: RobotBody.self, what: "a robot", requestID: requestID)
        name = body.name
        account = body.account
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
