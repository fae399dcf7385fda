import Naming
import Wire

/// The calls on API keys: the client's own account's, and those of accounts that it manages.
public struct APIKeys: Sendable {
    let transport: Transport

    /// The keys, newest first, page by page as they are asked for; revoked and expired ones are among them.
    ///
    /// - Parameters:
    ///   - account: The name of the account that they belong to, such as `alice` or `acme+ci`.
    ///   - organization: Those of members and robots that can be used in this organization, by their identifiers, for a server administrator.
    ///   - pageSize: How many to fetch with one request, at most 1000; nil for the server's default.
    public func list(
        account: String? = nil, organization: String? = nil, pageSize: Int? = nil
    ) throws(DockerCloudError) -> Listing<APIKey> {
        var query = QueryItems()
        query.add("organization", try organization.map { text throws(DockerCloudError) in try NamespaceName(checking: text).description })
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
        return try await transport.object(ClientRequest(.post, APIPath(.apiKeys), body: body))
    }

    /// A key, by its ID.
    ///
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where there is none, or it is none of the client's business.
    public func get(_ id: String) async throws(DockerCloudError) -> APIKey {
        try await transport.object(ClientRequest(.get, path(id)))
    }

    /// Revokes a key at once and for good, and the keys of the same account that were made with it.
    ///
    /// - Parameter descendants: Whether to revoke the keys of other accounts as well that were made with it.
    /// - Returns: What was revoked, and what stays valid.
    /// - Throws: ``DockerCloudError/api(status:message:requestID:)`` with 404 where there is none, or it is none of the client's business.
    @discardableResult
    public func revoke(_ id: String, descendants: Bool = false) async throws(DockerCloudError) -> KeyRevocation {
        var query = QueryItems()
        if descendants { query.add("descendants", true) }
        let answer = try await transport.send(ClientRequest(.delete, path(id), query: query))
        return try answer.status == 204 ? KeyRevocation(of: id) : KeyRevocation(json: answer.json(), requestID: answer.requestID)
    }

    /// Replaces the key that the client logs in with by another one with the same rights. It needs no scope.
    ///
    /// - Parameters:
    ///   - days: How many days the new key is good for, at most 365; nil for 90. It ends no later than the key that the old one was made with.
    ///   - hours: For how many hours the old key stays valid, at most 168; nil for 24.
    public func renew(expiresInDays days: Int? = nil, graceHours hours: Int? = nil) async throws(DockerCloudError) -> NewAPIKey {
        let body = KeyRenewalRequest(expiresDays: days, graceHours: hours)
        return try await transport.object(ClientRequest(.post, APIPath(.apiKeyRenewal(nil)), body: body))
    }

    private func path(_ id: String) throws(DockerCloudError) -> APIPath {
        guard !id.isEmpty, id.utf8.allSatisfy(\.isAlphanumeric) else {
            throw .invalidName(id, reason: "the ID of an API key has letters and digits only; it is not the key itself")
        }
        return APIPath(.apiKey(id))
    }
}
