import Naming
import Wire

/// The operations on API keys of the client's account and of accounts that it manages.
public struct APIKeys: Sendable {
    let transport: Transport

    /// Lists keys, newest first, including revoked and expired ones. Pages are fetched on demand.
    ///
    /// - Parameters:
    ///   - account: The name of the keys' account, such as `alice` or `acme+ci`.
    ///   - organization: Lists the keys of members and robots that are valid in this organization, by ID. Only for server administrators.
    ///   - pageSize: The number of keys per request, at most 1000; nil for the server's default.
    public func list(
        account: String? = nil, organization: String? = nil, pageSize: Int? = nil
    ) throws(DockerCloudError) -> Listing<APIKey> {
        var query = QueryItems()
        query.add("organization", try organization.map { text throws(DockerCloudError) in try NamespaceName(checking: text).description })
        query.add("account", try account.map { text throws(DockerCloudError) in try AccountName(checking: text) })
        query.add("limit", pageSize)
        return try transport.list(APIPath(.apiKeys), query)
    }

    /// Creates a key. It cannot have more rights than the client's own key. The server chooses a default for each value that is nil.
    ///
    /// - Parameters:
    ///   - account: The account of the key, a robot or another user; nil for the client's own account.
    ///   - label: The purpose of the key, at most 100 characters.
    ///   - scopes: The scopes of the key; nil for reading and pulling.
    ///   - days: The lifetime in days, at most 365; nil for 90.
    ///   - namespace: The only namespace that the key is valid for; nil for all that its account has access to.
    ///   - repositories: The repositories that the key is valid for, by name or as `registry.example/team/*`; nil for all.
    /// - Throws: ``DockerCloudError/Code/forbidden`` if the client's key has fewer rights than the new one.
    public func create(
        for account: String? = nil, label: String? = nil, scopes: [Scope]? = nil, expiresInDays days: Int? = nil,
        namespace: String? = nil, repositories: [String]? = nil
    ) async throws(DockerCloudError) -> NewAPIKey {
        try await receivedNew(
            for: account, label: label, scopes: scopes, expiresInDays: days, namespace: namespace, repositories: repositories
        ).value
    }

    /// Creates a key, and returns it with the object that the server sent, which contains the secret.
    package func receivedNew(
        for account: String?, label: String?, scopes: [Scope]?, expiresInDays days: Int?, namespace: String?, repositories: [String]?
    ) async throws(DockerCloudError) -> Received<NewAPIKey> {
        if let account { _ = try AccountName(checking: account) }
        if let namespace { _ = try NamespaceName(checking: namespace) }
        let body = APIKeyRequest(
            account: account, expiresDays: days, label: label, namespace: namespace, repositories: repositories,
            scopes: scopes?.map(\.rawValue))
        return try await transport.object(ClientRequest(.post, APIPath(.apiKeys), body: body))
    }

    /// Returns a key by its ID.
    ///
    /// - Throws: ``DockerCloudError/Code/notFound`` if the key does not exist or the client may not see it.
    public func get(_ id: String) async throws(DockerCloudError) -> APIKey {
        try await received(id).value
    }

    /// Returns a key with the object that the server sent.
    package func received(_ id: String) async throws(DockerCloudError) -> Received<APIKey> {
        try await transport.object(ClientRequest(.get, path(id)))
    }

    /// Revokes a key immediately and permanently, with the keys of the same account that were created with it.
    ///
    /// - Parameter descendants: Whether to also revoke the keys of other accounts that were created with it.
    /// - Returns: The keys that were revoked and those that stay valid.
    /// - Throws: ``DockerCloudError/Code/notFound`` if the key does not exist or the client may not see it.
    @discardableResult
    public func revoke(_ id: String, descendants: Bool = false) async throws(DockerCloudError) -> KeyRevocation {
        var query = QueryItems()
        if descendants { query.add("descendants", true) }
        let response = try await transport.send(ClientRequest(.delete, path(id), query: query))
        return try response.status == 204
            ? KeyRevocation(revoked: [id]) : KeyRevocation(json: response.json(), requestID: response.requestID)
    }

    /// Replaces the client's own key with a new one that has the same rights. Requires no scope.
    ///
    /// - Parameters:
    ///   - days: The lifetime of the new key in days, at most 365; nil for 90. It expires no later than the key that the old one was
    ///     created with.
    ///   - hours: The hours that the old key stays valid, at most 168; nil for 24.
    public func renew(expiresInDays days: Int? = nil, graceHours hours: Int? = nil) async throws(DockerCloudError) -> NewAPIKey {
        let body = KeyRenewalRequest(expiresDays: days, graceHours: hours)
        return try await transport.object(ClientRequest(.post, APIPath(.apiKeyRenewal(nil)), body: body))
    }

    private func path(_ id: String) throws(DockerCloudError) -> APIPath {
        guard !id.isEmpty, id.utf8.allSatisfy(\.isAlphanumeric) else {
            throw .invalidName(reason: "the ID of an API key has only letters and digits; it is not the key itself")
        }
        return APIPath(.apiKey(id))
    }
}

/// A newly created API key with its secret, which the server returns only once. Printing the value never reveals the secret.
public struct NewAPIKey: Identifiable, Sendable {
    /// The key without its secret.
    public let apiKey: APIKey
    /// The whole key, which its account logs in with.
    public let secret: String

    /// Creates a value, for example for a fake of the server.
    public init(_ apiKey: APIKey, secret: String) {
        self.apiKey = apiKey
        self.secret = secret
    }

    /// The ID of the key.
    public var id: String { apiKey.id }
}

extension NewAPIKey: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: APIKeyBody.self, what: "an API key", requestID: requestID)
        guard let key = body.key else { throw .invalidResponse(reason: "the API key itself is missing", requestID: requestID) }
        self.init(try APIKey(json: json, requestID: requestID), secret: key)
    }
}

extension NewAPIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { description }
    /// Has no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The result of a revocation, including the keys that were created with the revoked key.
public struct KeyRevocation: Hashable, Sendable {
    /// The IDs of the keys that were revoked.
    public let revoked: [String]
    /// The keys of other accounts that were created with it and stay valid.
    public let remaining: [Key]

    /// Creates a value, for example for a fake of the server.
    public init(revoked: [String], remaining: [Key] = []) {
        self.revoked = revoked
        self.remaining = remaining
    }

    /// A key that stays valid.
    public struct Key: Identifiable, Hashable, Sendable {
        /// The ID, which is a part of the key but not secret.
        public let id: String
        /// The name of its account.
        public let account: String
        /// Its purpose, in the words of its creator; may be empty.
        public let label: String

        /// Creates a value, for example for a fake of the server.
        public init(id: String, account: String, label: String = "") {
            self.id = id
            self.account = account
            self.label = label
        }
    }
}

extension KeyRevocation: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: KeyRevocationBody.self, what: "a revocation", requestID: requestID)
        self.init(revoked: body.revoked, remaining: body.remaining.map { Key(id: $0.id, account: $0.account, label: $0.label) })
    }
}
