import Naming
import Wire

/// The calls on the organizations that the client's account is in.
public struct Organizations: Sendable {
    let transport: Transport

    /// The organizations, in the order of their names, page by page as they are asked for.
    ///
    /// - Parameter pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
    public func list(pageSize: Int? = nil) throws(DockerCloudError) -> Listing<Organization> {
        var query = QueryItems()
        query.add("limit", pageSize)
        return try transport.list(APIPath(.organizations), query)
    }

    /// Makes an organization, of which the client's account becomes an admin.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 where the name is taken, or once was.
    public func create(_ name: String) async throws(DockerCloudError) -> Organization {
        _ = try NamespaceName(checkingAccount: name)
        return try await transport.object(ClientRequest(.post, APIPath(.organizations), body: OrganizationRequest(name: name)))
    }

    /// An organization.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where the account is in none of that name.
    public func get(_ name: String) async throws(DockerCloudError) -> Organization {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Removes an organization, with its robots and their API keys.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 while it has repositories.
    public func remove(_ name: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(name)))
    }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.organization(try NamespaceName(checkingAccount: name)))
    }
}
