import Naming

/// How a registry is reached through a server, which has the credentials that the registry asks for.
public struct GatewayRoute: Hashable, Sendable {
    /// The registry as it stands in the names of images: `registry.example:5000`, `docker.io`.
    public let registry: String
    /// The server that the way leads through.
    public let server: CloudHost
    /// What stands for the registry in names and paths at the server: `registry.example_5000`, `acme/registry.example_5000`.
    private let path: String

    /// - Parameters:
    ///   - registry: The registry's host and, where it has one, its port.
    ///   - server: The server.
    ///   - namespace: Whose repositories are meant; nil for those of the account that logs in.
    /// - Throws: ``DockerCloudError/invalidName(_:reason:)``, ``DockerCloudError/invalidNamespace(_:reason:)``.
    public init(to registry: String, through server: CloudHost, namespace: String? = nil) throws(DockerCloudError) {
        let authority = try RegistryAuthority(checking: registry)
        guard try RepositoryName(checking: "\(authority)/image").authority == authority else {
            throw .invalidName(registry, reason: "names of images are read as Docker Hub's where the host has neither a dot nor a port")
        }
        self.registry = authority.description
        self.server = server
        // A name has no colon, and a host no underscore.
        let host = authority.description.replacing(":", with: "_")
        path = try namespace.map { text throws(DockerCloudError) in "\(try NamespaceName(checking: text))/\(host)" } ?? host
    }

    /// What the names of images begin with: `cloud.example/registry.example_5000`.
    public var prefix: String { "\(server.imageHost)/\(path)" }

    /// Where the distribution API finds them: `https://cloud.example/v2/registry.example_5000`.
    public var url: String { "\(server)/v2/\(path)" }
}
