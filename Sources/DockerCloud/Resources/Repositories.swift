import Naming
import Wire

/// The operations on the repositories of a namespace.
public struct Repositories: Sendable {
    let transport: Transport
    let namespace: NamespaceName?

    /// Whether the server verifies the credential before it stores it.
    public enum Verification: Hashable, Sendable {
        /// Verifies pull access, and stores nothing if the registry refuses the credential.
        case yes
        /// Stores the credential without verification.
        case no
        /// Also verifies push access, with an upload that the server starts and cancels.
        case push
    }

    /// Lists the registered repositories that match all given conditions. Pages are fetched on demand.
    ///
    /// - Parameters:
    ///   - name: The repository's name, in any spelling.
    ///   - registry: The registry's host (`registry.local:5000`) or resource URI.
    ///   - inUse: Whether a service uses an image of it.
    ///   - nameStartsWith: A prefix of the canonical name.
    ///   - nameContains: A part of the canonical name.
    ///   - pageSize: The number of repositories per request, at most 1000; nil for the server's default.
    /// - Throws: ``DockerCloudError/Code/invalidName`` if `registry` is neither a host nor a resource URI.
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

    /// Returns a registered repository.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if the name is not registered.
    public func get(_ name: String) async throws(DockerCloudError) -> Repository {
        try await received(name).value
    }

    /// Returns a repository with the object that the server sent.
    package func received(_ name: String) async throws(DockerCloudError) -> Received<Repository> {
        try await transport.object(ClientRequest(.get, path(name)))
    }

    /// Registers a repository on a third-party registry, which need not exist there yet.
    ///
    /// - Parameters:
    ///   - name: The repository's name, `registry.example/team/image`.
    ///   - username: The user name for the registry; nil, together with the password, for a public repository.
    ///   - password: The password for the registry.
    ///   - verify: Whether the server verifies the credential first.
    /// - Throws: ``DockerCloudError/Code/credentialRejected`` if the registry does not accept the credential,
    ///   ``DockerCloudError/Code/conflict`` if the name is already registered.
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
    ///   - username: The new user name; nil keeps the old one. Empty, together with the password, makes the repository public.
    ///   - password: The new password; nil keeps the old one.
    ///   - verify: Whether the server verifies the credential first. If the registry refuses it, the old one stays.
    /// - Throws: ``DockerCloudError/Code/credentialRejected`` if the registry does not accept the credential.
    public func update(
        _ name: String, username: String? = nil, password: String? = nil, verify: Verification = .yes
    ) async throws(DockerCloudError) -> Repository {
        try await update(name, username: username, password: password, verify: verify, exceptUsers: [])
    }

    /// Replaces the credential, unless the new password would be sent with one of the stored user names that a registry refused
    /// (``DockerCloudError/refusedUser``).
    ///
    /// - Throws: ``DockerCloudError/Code/conflict`` if it would.
    package func update(
        _ name: String, username: String?, password: String?, verify: Verification, exceptUsers refused: [String]
    ) async throws(DockerCloudError) -> Repository {
        var query = verify.query
        query.add("refused_users", refused.isEmpty ? nil : refused.joined(separator: ","))
        let body = RepositoryRequest(username: username, password: password)
        return try await transport.object(ClientRequest(.patch, path(name), query: query, body: body))
    }

    /// Verifies a repository's credential again and returns the repository with its new state.
    ///
    /// - Parameters:
    ///   - name: The repository's name.
    ///   - push: Whether to also verify push access, with an upload that the server starts and cancels.
    /// - Throws: ``DockerCloudError/Code/notFound`` if the name is not registered. A refused credential is
    ///   not an error but a state.
    public func verify(_ name: String, push: Bool = false) async throws(DockerCloudError) -> Repository {
        _ = try RepositoryName(checking: name)
        let body = VerificationRequest(name: name, push: push)
        return try await transport.object(ClientRequest(.post, APIPath(.verifications, in: namespace), body: body))
    }

    /// Removes a repository from the server. Its registry is not changed.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if the name is not registered.
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
