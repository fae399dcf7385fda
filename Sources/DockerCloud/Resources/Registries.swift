import Naming
import Wire

/// The operations on the registries of a namespace's repositories.
public struct Registries: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// Lists the registries that match all given conditions. Pages are fetched on demand.
    ///
    /// - Parameters:
    ///   - name: The registry's name, such as `Docker Hub`.
    ///   - host: The registry's host.
    ///   - isDockerRegistry: Whether it is Docker Hub.
    ///   - pageSize: The number of registries per request, at most 1000; nil for the server's default.
    public func list(
        name: String? = nil, host: String? = nil, isDockerRegistry: Bool? = nil, pageSize: Int? = nil
    ) throws(DockerCloudError) -> Listing<Registry> {
        var query = QueryItems()
        query.add("name", name)
        query.add("host", host)
        query.add("is_docker_registry", isDockerRegistry)
        query.add("limit", pageSize)
        return try transport.list(APIPath(.registries, in: namespace), query)
    }

    /// Returns a registry by its host and, if it has one, its port: `registry.local:5000`.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if the namespace has no repository on it.
    public func get(_ host: String) async throws(DockerCloudError) -> Registry {
        try await received(host).value
    }

    /// Returns a registry with the object that the server sent.
    package func received(_ host: String) async throws(DockerCloudError) -> Received<Registry> {
        try await transport.object(ClientRequest(.get, path(host)))
    }

    /// Allows the server to use a registry in a private network, or one that requires more than the system's trust.
    ///
    /// Only server administrators may do this, and it applies to the whole server. The registry need not have a repository yet.
    /// Values that are nil stay unchanged.
    ///
    /// - Parameters:
    ///   - host: The registry's host and, if it has one, its port.
    ///   - certificateAuthorities: Certificates in PEM to trust for this registry in addition to the system's.
    ///   - realm: The URL of its token service, if that is on another host.
    ///   - plainHTTP: Whether the server connects to it without TLS.
    /// - Throws: ``DockerCloudError/Code/forbidden`` for other accounts.
    public func trust(
        _ host: String, certificateAuthorities: String? = nil, realm: String? = nil, plainHTTP: Bool? = nil
    ) async throws(DockerCloudError) -> Registry {
        try await configure(
            host, RegistryRequest(isTrusted: true, plainHTTP: plainHTTP, caCertificate: certificateAuthorities, realm: realm))
    }

    /// Allows a registry to redirect downloads to another host in a private network, such as an object store with its blobs.
    ///
    /// - Parameters:
    ///   - blobHost: The host to allow and, if it has one, its port.
    ///   - host: The registry's host and, if it has one, its port.
    /// - Throws: ``DockerCloudError/Code/forbidden`` unless the account is a server administrator.
    public func allow(blobHost: String, of host: String) async throws(DockerCloudError) -> Registry {
        var hosts: [String] = []
        do {
            hosts = try await get(host).trust.blobHosts
        } catch {
            // The server may have no record of the registry yet.
            guard error.code == .notFound else { throw error }
        }
        if !hosts.contains(blobHost) { hosts.append(blobHost) }
        return try await configure(host, RegistryRequest(blobHosts: hosts))
    }

    /// Withdraws everything that ``trust(_:certificateAuthorities:realm:plainHTTP:)`` allowed.
    ///
    /// - Throws: ``DockerCloudError/Code/forbidden`` unless the account is a server administrator.
    public func untrust(_ host: String) async throws(DockerCloudError) -> Registry {
        try await configure(host, RegistryRequest(isTrusted: false, plainHTTP: false, caCertificate: "", realm: ""))
    }

    private func configure(_ host: String, _ request: RegistryRequest) async throws(DockerCloudError) -> Registry {
        try await transport.object(ClientRequest(.patch, path(host), body: request))
    }

    private func path(_ host: String) throws(DockerCloudError) -> APIPath {
        APIPath(.registry(try RegistryAuthority(checking: host)), in: namespace)
    }
}

/// A registry.
public struct Registry: Identifiable, Hashable, Sendable {
    /// The host of its API.
    public let host: String
    /// The TCP port; nil if it is not known.
    public let port: Int?
    /// The display name, such as `Docker Hub`.
    public let name: String
    /// Whether it is Docker Hub.
    public let isDockerRegistry: Bool
    /// Whether the server connects to it with TLS; nil until the first connection.
    public let isSSL: Bool?
    /// The permissions of the server for this registry beyond its rules for all registries.
    public let trust: Trust
    /// The path of the registry on the server.
    public let resourceURI: String

    /// Creates a value, for example for a fake of the server.
    public init(
        host: String, port: Int? = nil, name: String, isDockerRegistry: Bool = false, isSSL: Bool? = nil, trust: Trust = Trust(),
        resourceURI: String
    ) {
        self.host = host
        self.port = port
        self.name = name
        self.isDockerRegistry = isDockerRegistry
        self.isSSL = isSSL
        self.trust = trust
        self.resourceURI = resourceURI
    }

    /// The path on the server, which includes the namespace.
    public var id: String { resourceURI }

    /// The host and, if it is part of the registry's identity, the port, as ``Registries/get(_:)`` accepts it.
    public var authority: String {
        resourceURI.split(separator: "/").last.map(String.init) ?? host
    }
}

extension Registry {
    /// The permissions of the server for one registry beyond its rules for all registries.
    public struct Trust: Hashable, Sendable {
        /// Whether the registry may be on the server's own machine or in a private network.
        public let isApproved: Bool
        /// The private networks that it may be in; empty if the approval is not limited to some networks.
        public let networks: [String]
        /// Whether the server connects to it without TLS.
        public let plainHTTP: Bool
        /// The certificates in PEM that the server trusts for it in addition to the system's; nil for none.
        public let certificateAuthorities: String?
        /// The URL of its token service, from its first use or from an administrator; nil if it has none, or none is known.
        public let realm: String?
        /// The hosts in private networks that it may redirect downloads to.
        public let blobHosts: [String]

        /// Creates a value, for example for a fake of the server.
        public init(
            isApproved: Bool = false, networks: [String] = [], plainHTTP: Bool = false, certificateAuthorities: String? = nil,
            realm: String? = nil, blobHosts: [String] = []
        ) {
            self.isApproved = isApproved
            self.networks = networks
            self.plainHTTP = plainHTTP
            self.certificateAuthorities = certificateAuthorities
            self.realm = realm
            self.blobHosts = blobHosts
        }
    }
}

extension Registry: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: RegistryBody.self, what: "a registry", requestID: requestID)
        self.init(
            host: body.host, port: body.port, name: body.name, isDockerRegistry: body.isDockerRegistry, isSSL: body.isSSL,
            trust: Trust(
                isApproved: body.isTrusted, networks: body.trustedNetworks ?? [], plainHTTP: body.plainHTTP,
                certificateAuthorities: body.caCertificate, realm: body.realm, blobHosts: body.blobHosts ?? []),
            resourceURI: body.resourceURI)
    }
}
