public import FoundationEssentials
import Naming
import Wire

/// The operations on people's accounts. They require a server administrator, except ``get(_:)`` of one's own account.
public struct Users: Sendable {
    let transport: Transport

    /// Lists the users that match all given conditions, sorted by name. Pages are fetched on demand.
    ///
    /// - Parameters:
    ///   - name: The user's name.
    ///   - isDisabled: Whether the account is disabled.
    ///   - pageSize: The number of users per request, at most 1000; nil for the server's default.
    public func list(name: String? = nil, isDisabled: Bool? = nil, pageSize: Int? = nil) throws(DockerCloudError) -> Listing<User> {
        var query = QueryItems()
        query.add("name", name)
        query.add("is_disabled", isDisabled)
        query.add("limit", pageSize)
        return try transport.list(APIPath(.users), query)
    }

    /// Creates an account without an API key; see ``APIKeys/create(for:label:scopes:expiresInDays:namespace:repositories:)``.
    ///
    /// - Throws: ``DockerCloudError/Code/conflict`` if the name is or was in use.
    public func create(_ name: String, isAdministrator: Bool = false) async throws(DockerCloudError) -> User {
        _ = try NamespaceName(checkingAccount: name)
        let body = UserRequest(name: name, isAdministrator: isAdministrator)
        return try await transport.object(ClientRequest(.post, APIPath(.users), body: body))
    }

    /// Returns a user.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if there is no user of this name.
    public func get(_ name: String) async throws(DockerCloudError) -> User {
        try await received(name).value
    }

    /// Returns a user with the object that the server sent.
    package func received(_ name: String) async throws(DockerCloudError) -> Received<User> {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Disables a user: the API keys are rejected from now on, and nothing is removed.
    ///
    /// - Throws: ``DockerCloudError/Code/conflict`` for the last administrator.
    public func disable(_ name: String) async throws(DockerCloudError) -> User {
        try await transport.object(ClientRequest(.patch, path(name), body: UserRequest(isDisabled: true)))
    }

    /// Enables a disabled user: the API keys are accepted again.
    public func enable(_ name: String) async throws(DockerCloudError) -> User {
        try await transport.object(ClientRequest(.patch, path(name), body: UserRequest(isDisabled: false)))
    }

    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.user(try NamespaceName(checkingAccount: name)))
    }
}

/// A person's account.
public struct User: Identifiable, Hashable, Sendable {
    /// The user name, which is also the name of the person's own namespace.
    public let name: String
    /// Whether the person administers the server: its users and the registries that it may use.
    public let isAdministrator: Bool
    /// Whether the server rejects the account's API keys.
    public let isDisabled: Bool
    /// The time of its creation.
    public let created: Date
    /// The path of the account on the server.
    public let resourceURI: String

    /// Creates a value, for example for a fake of the server.
    public init(name: String, isAdministrator: Bool = false, isDisabled: Bool = false, created: Date, resourceURI: String) {
        self.name = name
        self.isAdministrator = isAdministrator
        self.isDisabled = isDisabled
        self.created = created
        self.resourceURI = resourceURI
    }

    /// The path on the server.
    public var id: String { resourceURI }
}

extension User: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: UserBody.self, what: "a user", requestID: requestID)
        self.init(
            name: body.name, isAdministrator: body.isAdministrator, isDisabled: body.isDisabled,
            created: try Date(body.created, of: "created_datetime", requestID: requestID),
            resourceURI: body.resourceURI)
    }
}
