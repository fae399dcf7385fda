import Naming
import Wire

/// The calls on the registries which the repositories of a namespace are on.
public struct Registries: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// The registries, page by page as they are asked for; conditions that are given must all hold.
    ///
    /// - Parameters:
    ///   - name: The registry's name, such as `Docker Hub`.
    ///   - host: The registry's host.
    ///   - isDockerRegistry: Whether it is Docker Hub.
    ///   - pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
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

    /// A registry, by its host and, where it has one, its port: `registry.local:5000`.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where no repository of the namespace is on it.
    public func get(_ host: String) async throws(DockerCloudError) -> Registry {
        try await transport.object(ClientRequest(.get, path(host)))
    }

    /// Allows the server to use a registry that is in a private network, or needs more than the system's trust.
    ///
    /// Only administrators of the server may do this; it holds for the whole server, and a registry that no repository is on yet
    /// can be allowed too. What is nil stays as it is.
    ///
    /// - Parameters:
    ///   - host: The registry's host and, where it has one, its port.
    ///   - certificateAuthorities: Certificates in PEM that are trusted for it beside the system's.
    ///   - realm: The URL that its tokens are made at, where that is on another host.
    ///   - plainHTTP: Whether it is spoken to without TLS.
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 403 for everybody else.
    public func trust(
        _ host: String, certificateAuthorities: String? = nil, realm: String? = nil, plainHTTP: Bool? = nil
    ) async throws(DockerCloudError) -> Registry {
        try await configure(
            host, RegistryRequest(isTrusted: true, plainHTTP: plainHTTP, caCertificate: certificateAuthorities, realm: realm))
    }

    /// Allows a registry to redirect downloads to one more host in a private network, as a registry does whose blobs are in an object store there.
    ///
    /// - Parameters:
    ///   - blobHost: That host and, where it has one, its port.
    ///   - host: The registry's host and, where it has one, its port.
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 403 for everybody but administrators.
    public func allow(blobHost: String, of host: String) async throws(DockerCloudError) -> Registry {
        var hosts: [String] = []
        do {
            hosts = try await get(host).blobHosts
        } catch .api(status: 404, _, _) {
            // Nothing is known of it yet.
        }
        if !hosts.contains(blobHost) { hosts.append(blobHost) }
        return try await configure(host, RegistryRequest(blobHosts: hosts))
    }

    /// Takes everything back that ``trust(_:certificateAuthorities:realm:plainHTTP:)`` allowed.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 403 for everybody but administrators.
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
