public import AsyncHTTPClient
public import Logging
import Naming

/// A client of one Docker Cloud server for one account.
///
/// Requests may run concurrently. Connections stay open as long as the client exists. By default, the client follows no redirects and
/// uses no proxy, so that the credential is sent only to the configured host.
public struct DockerCloudClient: Sendable {
    /// The repositories on third-party registries that are registered in the client's namespace.
    public let repositories: Repositories
    /// The registries of those repositories.
    public let registries: Registries
    /// People's accounts.
    public let users: Users
    /// The organizations that the account belongs to.
    public let organizations: Organizations
    /// The robots of the organization that is the client's namespace.
    public let robots: Robots
    /// The API keys of the account and of accounts that it manages.
    public let apiKeys: APIKeys
    /// The services of the client's namespace.
    public let services: Services
    /// The audit trail of the client's namespace.
    public let actions: Actions
    /// The agents that report in the client's namespace.
    public let agents: Agents
    /// The reports of an agent about the services of its engine.
    package let agentReports: AgentReports
    private let transport: Transport

    /// Creates a client. Sends no request.
    ///
    /// - Parameters:
    ///   - host: The server.
    ///   - authorization: The credential that authenticates each request.
    ///   - namespace: The namespace to use; nil for the account's own.
    ///   - userAgent: The `User-Agent` header, in printable ASCII.
    ///   - timeout: The time limit of a request, including the body of the response. Connecting may take 5 seconds of it.
    ///   - httpClient: The HTTP client to send requests with, which the caller shuts down; nil for one that the client creates and shuts
    ///     down itself. Its configuration determines proxies, TLS and the time limit for connecting. If it follows redirects, a redirected
    ///     request fails nevertheless.
    ///   - logger: Receives a debug message for each request, with its method, its path, and the status of the response or the code of
    ///     the error, but no credential.
    /// - Throws: ``DockerCloudError/Code/invalidNamespace``.
    public init(
        host: CloudHost, authorization: Authorization, namespace: String? = nil, userAgent: String = "lighterman-swift",
        timeout: Duration = .seconds(60), httpClient: HTTPClient? = nil, logger: Logger? = nil
    ) throws(DockerCloudError) {
        let namespace = try namespace.map { text throws(DockerCloudError) in try NamespaceName(checking: text) }
        transport = Transport(
            host: host, authorization: authorization, userAgent: userAgent, timeout: timeout, httpClient: httpClient, logger: logger)
        repositories = Repositories(transport: transport, namespace: namespace)
        registries = Registries(transport: transport, namespace: namespace)
        users = Users(transport: transport)
        organizations = Organizations(transport: transport)
        robots = Robots(transport: transport, namespace: namespace)
        apiKeys = APIKeys(transport: transport)
        services = Services(transport: transport, namespace: namespace)
        actions = Actions(transport: transport, namespace: namespace)
        agents = Agents(transport: transport, namespace: namespace)
        agentReports = AgentReports(transport: transport)
    }

    /// The operations on the members of an organization. Sends no request.
    ///
    /// - Throws: ``DockerCloudError/Code/invalidName`` if the text is not a valid name of an organization.
    public func members(of organization: String) throws(DockerCloudError) -> Members {
        Members(transport: transport, organization: try NamespaceName(checkingAccount: organization))
    }
}
