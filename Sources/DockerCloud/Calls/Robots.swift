import Naming
import Wire

/// The calls on the robots of the organization that the client's namespace is.
///
/// A robot is named within its organization, `ci`, or by its account, `acme+ci`, which needs no namespace.
public struct Robots: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// The robots, in the order of their names, page by page as they are asked for.
    ///
    /// - Parameter pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
    public func list(pageSize: Int? = nil) throws(DockerCloudError) -> Listing<Robot> {
        var query = QueryItems()
        query.add("limit", pageSize)
        return try transport.list(APIPath(.robots, in: namespace), query)
    }

    /// Makes a robot, which has no API key yet: ``APIKeys/create(for:label:scopes:expiresInDays:namespace:repositories:)``.
    ///
    /// - Parameters:
    ///   - name: The robot's name.
    ///   - permission: What it may do there.
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 where the name is taken.
    public func create(_ name: String, permission: Permission = .read) async throws(DockerCloudError) -> Robot {
        let (robot, organization) = try parse(name)
        let body = MemberRequest(name: robot.description, permission: permission.rawValue)
        return try await transport.object(ClientRequest(.post, APIPath(.robots, in: organization), body: body))
    }

    /// A robot.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where there is none of that name.
    public func get(_ name: String) async throws(DockerCloudError) -> Robot {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Gives a robot another permission; its API keys stay.
    public func set(_ name: String, _ permission: Permission) async throws(DockerCloudError) -> Robot {
        try await transport.object(ClientRequest(.patch, path(name), body: MemberRequest(permission: permission.rawValue)))
    }

    /// Removes a robot; its API keys stop at once.
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
            throw .invalidName(name, reason: "the robot is one of another organization")
        }
        return (robot, account.namespace)
    }
}
