public import FoundationEssentials
import Naming
import Wire

/// The operations on the robots of the organization that is the client's namespace.
///
/// A robot is named `ci` within its organization, or `acme+ci` by its account, which requires no namespace.
public struct Robots: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// Lists the robots, sorted by name. Pages are fetched on demand.
    ///
    /// - Parameter pageSize: The number of robots per request, at most 1000; nil for the server's default.
    public func list(pageSize: Int? = nil) throws(DockerCloudError) -> Listing<Robot> {
        var query = QueryItems()
        query.add("limit", pageSize)
        return try transport.list(APIPath(.robots, in: namespace), query)
    }

    /// Creates a robot without an API key; see ``APIKeys/create(for:label:scopes:expiresInDays:namespace:repositories:)``.
    ///
    /// - Parameters:
    ///   - name: The robot's name.
    ///   - permission: The permission in the organization.
    /// - Throws: ``DockerCloudError/Code/conflict`` if the name is in use.
    public func create(_ name: String, permission: Permission = .read) async throws(DockerCloudError) -> Robot {
        let (robot, organization) = try parse(name)
        let body = MemberRequest(name: robot.description, permission: permission.rawValue)
        return try await transport.object(ClientRequest(.post, APIPath(.robots, in: organization), body: body))
    }

    /// Returns a robot.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if there is no robot of this name.
    public func get(_ name: String) async throws(DockerCloudError) -> Robot {
        try await received(name).value
    }

    /// Returns a robot with the object that the server sent.
    package func received(_ name: String) async throws(DockerCloudError) -> Received<Robot> {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Changes the permission of a robot. Its API keys stay valid.
    public func set(_ name: String, to permission: Permission) async throws(DockerCloudError) -> Robot {
        try await transport.object(ClientRequest(.patch, path(name), body: MemberRequest(permission: permission.rawValue)))
    }

    /// Removes a robot. Its API keys become invalid immediately.
    public func remove(_ name: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(name)))
    }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        let (robot, organization) = try parse(name)
        return APIPath(.robot(robot), in: organization)
    }

    private func parse(_ name: String) throws(DockerCloudError) -> (RobotName, organization: NamespaceName?) {
        guard name.contains("+") else { return (try RobotName(checking: name), namespace) }
        let account = try AccountName(checking: name)
        guard let robot = account.robot, namespace == nil || namespace == account.namespace else {
            throw .invalidName(reason: "the robot belongs to another organization")
        }
        return (robot, account.namespace)
    }
}

/// An account of an organization for a program.
public struct Robot: Identifiable, Hashable, Sendable {
    /// The name within the organization, `ci`, which the methods of ``Robots`` accept.
    public let name: String
    /// The user name, `acme+ci`.
    public let account: String
    /// The resource URI of the organization.
    public let organization: String
    /// The permission in the organization.
    public let permission: Permission
    /// The time of its creation.
    public let created: Date
    /// The path of the robot on the server.
    public let resourceURI: String

    /// Creates a value, for example for a fake of the server.
    public init(name: String, account: String, organization: String, permission: Permission, created: Date, resourceURI: String) {
        self.name = name
        self.account = account
        self.organization = organization
        self.permission = permission
        self.created = created
        self.resourceURI = resourceURI
    }

    /// The path on the server.
    public var id: String { resourceURI }
}

extension Robot: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: RobotBody.self, what: "a robot", requestID: requestID)
        self.init(
            name: body.name, account: body.account, organization: body.organization, permission: Permission(rawValue: body.permission),
            created: try Date(body.created, of: "created_datetime", requestID: requestID),
            resourceURI: body.resourceURI)
    }
}
