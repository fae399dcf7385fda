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
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 if the namespace has no repository on it.
    public func get(_ host: String) async throws(DockerCloudError) -> Registry {
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
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 403 for other accounts.
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
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 403 unless the account is a server administrator.
    public func allow(blobHost: String, of host: String) async throws(DockerCloudError) -> Registry {
        var hosts: [String] = []
        do {
            hosts = try await get(host).blobHosts
        } catch .api(status: 404, _, _) {
            // The server has no record of the registry yet.
        }
        if !hosts.contains(blobHost) { hosts.append(blobHost) }
        return try await configure(host, RegistryRequest(blobHosts: hosts))
    }

    /// Withdraws everything that ``trust(_:certificateAuthorities:realm:plainHTTP:)`` allowed.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 403 unless the account is a server administrator.
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
public struct Registry: CloudObject, Hashable, Sendable {
    /// The host of its API.
    public let host: String
    /// The TCP port; nil if the server returns none.
    public let port: Int?
    /// The display name, such as `Docker Hub`.
    public let name: String
    /// Whether it is Docker Hub.
    public let isDockerRegistry: Bool
    /// Whether the server connects to it with TLS; nil until the first connection.
    public let isSSL: Bool?
    /// The hosts in private networks that it may redirect downloads to.
    public let blobHosts: [String]
    /// The path of the registry on the server.
    public let resourceURI: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: RegistryBody.self, what: "a registry", requestID: requestID)
        host = body.host
        port = body.port
        name = body.name
        isDockerRegistry = body.isDockerRegistry
        isSSL = body.isSSL
        resourceURI = body.resourceURI
        blobHosts = body.blobHosts ?? []
        object = json
    }

    /// The host and, if it is part of the registry's identity, the port, as ``Registries/get(_:)`` accepts it.
    public var authority: String {
        resourceURI.split(separator: "/").last.map(String.init) ?? host
    }

    /// The server's object, including members that this library does not know, as JSON on one line.
    public var json: String { object.text() }
    /// The server's object, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}
