import Naming
import Wire

/// The calls on API keys: the client's own account's, and those of accounts that it manages.
public struct APIKeys: Sendable {
    let transport: Transport

    /// The keys, newest first, page by page as they are asked for; revoked and expired ones are among them.
    ///
    /// - Parameters:
    ///   - account: The name of the account that they belong to, such as `alice` or `acme+ci`.
    ///   - pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
    public func list(account: String? = nil, pageSize: Int? = nil) throws(DockerCloudError) -> Listing<APIKey> {
        var query = Query()
        query.add("account", try account.map { text throws(DockerCloudError) in try AccountName(checking: text) })
        query.add("limit", pageSize)
        return try transport.list(APIPath(.apiKeys), query)
    }

    /// Makes a key. It can do no more than the key that the client logs in with; what is nil is up to the server.
    ///
    /// - Parameters:
    ///   - account: Whose key it is: a robot, or another user; nil for the client's own account.
    ///   - label: What it is for, at most 100 characters.
    ///   - scopes: What it may be used for; nil for reading and pulling.
    ///   - days: How many days it is good for, at most 365; nil for 90.
    ///   - namespace: The one namespace that it is good for; nil for all that its account has a part in.
    ///   - repositories: The repositories that it is good for, by name or as `registry.example/team/*`; nil for all.
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 403 where the client's key may do less than this one.
    public func create(
        for account: String? = nil, label: String? = nil, scopes: [Scope]? = nil, expiresInDays days: Int? = nil,
        namespace: String? = nil, repositories: [String]? = nil
    ) async throws(DockerCloudError) -> NewAPIKey {
        if let account { _ = try AccountName(checking: account) }
        if let namespace { _ = try NamespaceName(checking: namespace) }
        let body = APIKeyRequest(
            account: account, expiresDays: days, label: label, namespace: namespace, repositories: repositories,
            scopes: scopes?.map(\.rawValue))
        return try await transport.object(Call(.post, APIPath(.apiKeys), body: body))
    }

    /// A key, by its ID.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where there is none, or it is none of the client's business.
    public func get(_ id: String) async throws(DockerCloudError) -> APIKey {
        try await transport.object(Call(.get, path(id)))
    }

    /// Revokes a key at once and for good; to revoke it again changes nothing.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where there is none, or it is none of the client's business.
    public func revoke(_ id: String) async throws(DockerCloudError) {
        _ = try await transport.send(Call(.delete, path(id)))
    }

    private func path(_ id: String) throws(DockerCloudError) -> APIPath {
        guard !id.isEmpty, id.utf8.allSatisfy(\.isAlphanumeric) else {
            throw .invalidName(id, reason: "the ID of an API key has letters and digits only; it is not the key itself")
        }
        return APIPath(.apiKey(id))
    }
}
