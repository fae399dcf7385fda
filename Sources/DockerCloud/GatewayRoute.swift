import Naming

/// The names and URLs of a registry's repositories at the gateway of a server, which has the credentials for the registry.
public struct GatewayRoute: Hashable, Sendable {
    /// The registry as in image names: `registry.example:5000`, `docker.io`.
    public let registry: String
    /// The server with the gateway.
    public let server: CloudHost
    /// The registry in names and paths of the gateway: `registry.example_5000`, `acme/registry.example_5000`.
    private let path: String

    /// Creates the route to a registry.
    ///
    /// - Parameters:
    ///   - registry: The registry's host and, if it has one, its port.
    ///   - server: The server with the gateway.
    ///   - namespace: The namespace of the repositories; nil for the own namespace of the account that logs in.
    /// - Throws: ``DockerCloudError/Code/invalidName``, ``DockerCloudError/Code/invalidNamespace``.
    public init(to registry: String, through server: CloudHost, namespace: String? = nil) throws(DockerCloudError) {
        let authority = try RegistryAuthority(checking: registry)
        guard try RepositoryName(checking: "\(authority)/image").authority == authority else {
            throw .invalidName(reason: "a host without a dot or a port is taken for a user of Docker Hub in image names")
        }
        self.registry = authority.description
        self.server = server
        // The mapping is reversible: repository names have no colon, and hosts no underscore.
        let host = authority.description.replacing(":", with: "_")
        path = try namespace.map { text throws(DockerCloudError) in "\(try NamespaceName(checking: text))/\(host)" } ?? host
    }

    /// The prefix of image names: `cloud.example/registry.example_5000`.
    public var prefix: String { "\(server.imageHost)/\(path)" }

    /// The URL prefix of the repositories in the distribution API: `https://cloud.example/v2/registry.example_5000`.
    public var url: String { "\(server)/v2/\(path)" }
}
