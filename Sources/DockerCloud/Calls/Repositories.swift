import Naming
import Wire

/// The calls on the repositories of a namespace.
public struct Repositories: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// Whether the server tries the credential on the repository before it stores it.
    public enum Verification: Hashable, Sendable {
        /// It does, and stores nothing that the registry refuses.
        case yes
        /// It stores the credential untried.
        case no
        /// It does, and starts an upload, which it cancels, to see whether the credential may push.
        case push
    }

    /// The registered repositories, page by page as they are asked for; conditions that are given must all hold.
    ///
    /// - Parameters:
    ///   - name: The repository's name, in any spelling.
    ///   - registry: The registry's host (`registry.local:5000`) or resource URI.
    ///   - inUse: Whether a service uses an image of it.
    ///   - nameStartsWith: The beginning of the canonical name.
    ///   - nameContains: A part of the canonical name.
    ///   - pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
    /// - Throws: ``DockerCloudError/invalidName(_:reason:)`` for a registry that is neither.
    public func list(
        name: String? = nil, registry: String? = nil, inUse: Bool? = nil, nameStartsWith: String? = nil, nameContains: String? = nil,
        pageSize: Int? = nil
    ) throws(DockerCloudError) -> Listing<Repository> {
        var query = QueryItems()
        query.add("name", name)
        query.add("registry", try registry.map { text throws(DockerCloudError) in try registryURI(text) })
        query.add("in_use", inUse)
        query.add("name__startswith", nameStartsWith)
        query.add("name__contains", nameContains)
        query.add("limit", pageSize)
        return try transport.list(APIPath(.repositories, in: namespace), query)
    }

    /// A registered repository.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where the name is not registered.
    public func get(_ name: String) async throws(DockerCloudError) -> Repository {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Registers a repository that exists, or is to exist, on a third-party registry.
    ///
    /// - Parameters:
    ///   - name: The repository's name, `registry.example/team/image`.
    ///   - username: The user name for the registry; nil, together with the password, for a public repository.
    ///   - password: The password for the registry.
    ///   - verify: Whether the credential is tried first.
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 400 where the registry refuses the credential, 409 where the
    ///   name is registered already.
    public func register(
        _ name: String, username: String? = nil, password: String? = nil, verify: Verification = .yes
    ) async throws(DockerCloudError) -> Repository {
        _ = try RepositoryName(checking: name)
        let body = RepositoryRequest(name: name, username: username, password: password)
        return try await transport.object(
            ClientRequest(.post, APIPath(.repositories, in: namespace), query: verify.query, body: body))
    }

    /// Replaces the credential of a registered repository.
    ///
    /// - Parameters:
    ///   - name: The repository's name.
    ///   - username: The new user name; nil keeps the old one. Empty, together with the password, for a public repository.
    ///   - password: The new password; nil keeps the old one.
    ///   - verify: Whether the credential is tried first; one that the registry refuses replaces nothing.
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 400 where the registry refuses the credential.
    public func update(
        _ name: String, username: String? = nil, password: String? = nil, verify: Verification = .yes
    ) async throws(DockerCloudError) -> Repository {
        let body = RepositoryRequest(username: username, password: password)
        return try await transport.object(ClientRequest(.patch, path(name), query: verify.query, body: body))
    }

    /// Has the server try a repository's credential again, and gives the repository back as it then stands.
    ///
    /// - Parameters:
    ///   - name: The repository's name.
    ///   - push: Whether pushing is tried too: an upload is started and cancelled.
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where the name is not registered. A credential that the
    ///   registry refuses is no error but a state.
    public func verify(_ name: String, push: Bool = false) async throws(DockerCloudError) -> Repository {
        _ = try RepositoryName(checking: name)
        let body = VerificationRequest(name: name, push: push)
        return try await transport.object(ClientRequest(.post, APIPath(.verifications, in: namespace), body: body))
    }

    /// Removes a repository from the server; on its own registry it stays as it is.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where the name is not registered.
    public func remove(_ name: String) async throws(DockerCloudError) {
        _ = try await transport.send(ClientRequest(.delete, path(name)))
    }
}

extension Repositories {
    private func path(_ name: String) throws(DockerCloudError) -> APIPath {
        APIPath(.repository(try RepositoryName(checking: name)), in: namespace)
    }

    private func registryURI(_ text: String) throws(DockerCloudError) -> String {
        if text.hasPrefix("/api/") { return text }
        return APIPath(.registry(try RegistryAuthority(checking: text)), in: namespace).description
    }
}

extension Repositories.Verification {
    fileprivate var query: QueryItems {
        var query = QueryItems()
        switch self {
        case .yes: break
        case .no: query.add("verify", "false")
        case .push: query.add("verify", "push")
        }
        return query
    }
}
