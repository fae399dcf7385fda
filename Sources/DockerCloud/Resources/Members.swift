public import FoundationEssentials
import Naming
import Wire

/// The operations on the members of one organization.
public struct Members: Sendable {
    let transport: Transport
    let organization: NamespaceName

    /// Lists the members, sorted by name. Pages are fetched on demand.
    ///
    /// - Parameter pageSize: The number of members per request, at most 1000; nil for the server's default.
    public func list(pageSize: Int? = nil) throws(DockerCloudError) -> Listing<Member> {
        var query = QueryItems()
        query.add("limit", pageSize)
        return try transport.list(path, query)
    }

    /// Adds a user with a permission, or changes the permission of a member.
    ///
    /// - Throws: ``DockerCloudError/Code/conflict`` if the organization would have no admin left.
    public func set(_ name: String, to permission: Permission) async throws(DockerCloudError) -> Member {
        _ = try NamespaceName(checkingAccount: name)
        return try await transport.object(ClientRequest(.post, path, body: MemberRequest(name: name, permission: permission.rawValue)))
    }

    /// Returns a member.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if there is no member of this name.
    public func get(_ name: String) async throws(DockerCloudError) -> Member {
        try await received(name).value
    }

    /// Returns a member with the object that the server sent.
    package func received(_ name: String) async throws(DockerCloudError) -> Received<Member> {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Removes a member from the organization. Every member may remove themselves.
    ///
    /// - Throws: ``DockerCloudError/Code/conflict`` if the organization would have no admin left.
    public func remove(_ name: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(name)))
    }

    private var path: APIPath { APIPath(.members(of: organization)) }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.member(try NamespaceName(checkingAccount: name), of: organization))
    }
}

/// A person with a permission in an organization.
public struct Member: Identifiable, Hashable, Sendable {
    /// The name of the person's account.
    public let name: String
    /// The resource URI of the organization.
    public let organization: String
    /// The permission of the person in the organization.
    public let permission: Permission
    /// The time when the person became a member.
    public let created: Date
    /// The path of the member on the server.
    public let resourceURI: String

    /// Creates a value, for example for a fake of the server.
    public init(name: String, organization: String, permission: Permission, created: Date, resourceURI: String) {
        self.name = name
        self.organization = organization
        self.permission = permission
        self.created = created
        self.resourceURI = resourceURI
    }

    /// The path on the server.
    public var id: String { resourceURI }
}

extension Member: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: MemberBody.self, what: "a member", requestID: requestID)
        self.init(
            name: body.name, organization: body.organization, permission: Permission(rawValue: body.permission),
            created: try Date(body.created, of: "created_datetime", requestID: requestID),
            resourceURI: body.resourceURI)
    }
}
