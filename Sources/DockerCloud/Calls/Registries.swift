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
        var query = Query()
        query.add("name", name)
        query.add("host", host)
        query.add("is_docker_registry", isDockerRegistry)
        query.add("limit", pageSize)
        let first = try Call(.get, APIPath(.registries, in: namespace), query: query)
        return Listing(transport: transport, first: first, read: Registry.init(json:requestID:))
    }

    /// A registry, by its host and, where it has one, its port: `registry.local:5000`.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where no repository of the namespace is on it.
    public func get(_ host: String) async throws(DockerCloudError) -> Registry {
        let path = APIPath(.registry(try RegistryAuthority(checking: host)), in: namespace)
        let answer = try await transport.send(Call(.get, path))
        return try Registry(json: answer.json(), requestID: answer.requestID)
    }
}
