import Naming

/// A client of one Docker Cloud server, on behalf of one account.
///
/// Its calls may run side by side. Connections are kept while the client lives. It follows no redirects and uses no proxy,
/// so that the credential goes to the named host and nowhere else.
public struct DockerCloudClient: Sendable {
    /// The repositories on third-party registries that are registered in the client's namespace.
    public let repositories: Repositories
    /// The registries which those repositories are on.
    public let registries: Registries
    /// People's accounts.
    public let users: Users
    /// The organizations that the account is in.
    public let organizations: Organizations
    /// The robots of the organization that the client's namespace is.
    public let robots: Robots
    /// The API keys of the account, and of those that it manages.
    public let apiKeys: APIKeys
    /// The audit trail of the client's namespace.
    public let actions: Actions
    private let transport: Transport

    /// Makes a client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - host: The server.
    ///   - authorization: What every call proves its identity with.
    ///   - namespace: The namespace to work in; nil for the account's own.
    ///   - userAgent: The `User-Agent` header, printable ASCII.
    ///   - timeout: How long one call may take, the answer's body included; a connection has 5 seconds of it.
    /// - Throws: ``DockerCloudError/invalidNamespace(_:reason:)``.
    public init(
        host: CloudHost, authorization: Authorization, namespace: String? = nil, userAgent: String = "lighterman-swift",
        timeout: Duration = .seconds(60)
    ) throws(DockerCloudError) {
        transport = Transport(host: host, authorization: authorization, userAgent: userAgent, timeout: timeout)
        let namespace = try namespace.map { text throws(DockerCloudError) in try NamespaceName(checking: text) }
        repositories = Repositories(transport: transport, namespace: namespace)
        registries = Registries(transport: transport, namespace: namespace)
        users = Users(transport: transport)
        organizations = Organizations(transport: transport)
        robots = Robots(transport: transport, namespace: namespace)
        apiKeys = APIKeys(transport: transport)
        actions = Actions(transport: transport, namespace: namespace)
    }

    /// The members of an organization.
    ///
    /// - Throws: ``DockerCloudError/invalidName(_:reason:)`` for a text that is not the name of one.
    public func members(of organization: String) throws(DockerCloudError) -> Members {
        Members(transport: transport, organization: try NamespaceName(checkingAccount: organization))
    }
}
