import Naming
import Wire

/// The calls on people's accounts; all but ``get(_:)`` of oneself are for administrators of the server.
public struct Users: Sendable {
    let transport: Transport

    /// The users, in the order of their names, page by page as they are asked for; conditions that are given must all hold.
    ///
    /// - Parameters:
    ///   - name: The user's name.
    ///   - isDisabled: Whether the account is disabled.
    ///   - pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
    public func list(name: String? = nil, isDisabled: Bool? = nil, pageSize: Int? = nil) throws(DockerCloudError) -> Listing<User> {
        var query = QueryItems()
        query.add("name", name)
        query.add("is_disabled", isDisabled)
        query.add("limit", pageSize)
        return try transport.list(APIPath(.users), query)
    }

    /// Makes an account, which has no API key yet: ``APIKeys/create(for:label:scopes:expiresInDays:namespace:repositories:)``.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 where the name is taken, or once was.
    public func create(_ name: String, isAdministrator: Bool = false) async throws(DockerCloudError) -> User {
        _ = try NamespaceName(checkingAccount: name)
        let body = UserRequest(name: name, isAdministrator: isAdministrator)
        return try await transport.object(ClientRequest(.post, APIPath(.users), body: body))
    }

    /// A user.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where there is none of that name.
    public func get(_ name: String) async throws(DockerCloudError) -> User {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Stops a user's API keys at once; nothing is removed.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 409 for the last administrator.
    public func disable(_ name: String) async throws(DockerCloudError) -> User {
        try await transport.object(ClientRequest(.patch, path(name), body: UserRequest(isDisabled: true)))
    }

    /// Lets a disabled user's API keys work again.
    public func enable(_ name: String) async throws(DockerCloudError) -> User {
        try await transport.object(ClientRequest(.patch, path(name), body: UserRequest(isDisabled: false)))
    }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.user(try NamespaceName(checkingAccount: name)))
    }
}
