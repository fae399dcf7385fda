import Naming
import Wire

/// The calls on the members of one organization.
public struct Members: Sendable {
    let transport: Transport
    let organization: NamespaceName

    /// The members, in the order of their names, page by page as they are asked for.
    ///
    /// - Parameter pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
    public func list(pageSize: Int? = nil) throws(DockerCloudError) -> Listing<Member> {
        var query = QueryItems()
        query.add("limit", pageSize)
        return try transport.list(path, query)
    }

    /// Makes a user a member with a permission, or gives a member another one.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 where the organization would be left without an admin.
    public func set(_ name: String, _ permission: Permission) async throws(DockerCloudError) -> Member {
        _ = try NamespaceName(checkingAccount: name)
        return try await transport.object(ClientRequest(.post, path, body: MemberRequest(name: name, permission: permission.rawValue)))
    }

    /// A member.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where there is none of that name.
    public func get(_ name: String) async throws(DockerCloudError) -> Member {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Takes a member out of the organization; everybody may take out themselves.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 where the organization would be left without an admin.
    public func remove(_ name: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(name)))
    }

    private var path: APIPath { APIPath(.members(of: organization)) }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.member(try NamespaceName(checkingAccount: name), of: organization))
    }
}
