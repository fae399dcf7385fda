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
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 if the organization would have no admin left.
    public func set(_ name: String, _ permission: Permission) async throws(DockerCloudError) -> Member {
        _ = try NamespaceName(checkingAccount: name)
        return try await transport.object(ClientRequest(.post, path, body: MemberRequest(name: name, permission: permission.rawValue)))
    }

    /// Returns a member.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 if there is no member of this name.
    public func get(_ name: String) async throws(DockerCloudError) -> Member {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Removes a member from the organization. Every member may remove themselves.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 if the organization would have no admin left.
    public func remove(_ name: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(name)))
    }

    private var path: APIPath { APIPath(.members(of: organization)) }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.member(try NamespaceName(checkingAccount: name), of: organization))
    }
}

/// A person with a permission in an organization.
public struct Member: CloudObject, Hashable, Sendable {
    /// The name of the person's account.
    public let name: String
    /// The resource URI of the organization.
    public let organization: String
    /// The permission of the person in the organization.
    public let permission: Permission
    /// The time when the person became a member; nil if the server's value is not a date.
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

    /// The server's object, including members that this library does not know, as JSON on one line.
    public var json: String { object.text() }
    /// The server's object, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}
