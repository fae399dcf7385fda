/// An API key, as responses carry it.
package struct APIKeyBody: Codable, Hashable, Sendable {
    /// The name of the account that it belongs to.
    package var account: String
    package var created: String
    @OrNull package var expires: String?
    /// The part of the key that names it; it is no secret.
    package var id: String
    /// The key itself, in the answer that creates it and in no other.
    package var key: String?
    package var label: String
    @OrNull package var lastUsed: String?
    /// The identifier of the key that it was made with.
    @OrNull package var madeWith: String?
    /// The one namespace that it is good for; nil for all that its account has a part in.
    @OrNull package var namespace: String?
    /// The patterns of the repositories that it is good for; none for all.
    package var repositories: [String]
    package var resourceURI: String
    /// The identifier of the key that it replaces; nil where it is no renewal.
    @OrNull package var renews: String?
    @OrNull package var revoked: String?
    package var scopes: [String]

    package init(
        account: String, created: String, expires: String?, id: String, key: String? = nil, label: String, lastUsed: String?,
        madeWith: String? = nil, namespace: String?, renews: String? = nil, repositories: [String], resourceURI: String, revoked: String?,
        scopes: [String]
    ) {
        self.account = account
        self.created = created
        self.expires = expires
        self.id = id
        self.key = key
        self.label = label
        self.lastUsed = lastUsed
        self.madeWith = madeWith
        self.renews = renews
        self.namespace = namespace
        self.repositories = repositories
        self.resourceURI = resourceURI
        self.revoked = revoked
        self.scopes = scopes
    }

    enum CodingKeys: String, CodingKey {
        case account
        case created = "created_datetime"
        case expires = "expires_datetime"
        case id, key, label
        case lastUsed = "last_used_datetime"
        case madeWith = "made_with"
        case namespace, renews, repositories
        case resourceURI = "resource_uri"
        case revoked = "revoked_datetime"
        case scopes
    }
}

extension APIKeyBody: CustomStringConvertible, CustomReflectable {
    package var description: String { "APIKeyBody(\(id))" }
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

/// The body of a request that creates an API key. A member that is nil was absent or `null`.
package struct APIKeyRequest: Encodable, Hashable, Sendable {
    package var account: String?
    package var expiresDays: Int?
    package var label: String?
    package var namespace: String?
    package var repositories: [String]?
    package var scopes: [String]?

    package init(
        account: String? = nil, expiresDays: Int? = nil, label: String? = nil, namespace: String? = nil,
        repositories: [String]? = nil, scopes: [String]? = nil
    ) {
        self.account = account
        self.expiresDays = expiresDays
        self.label = label
        self.namespace = namespace
        self.repositories = repositories
        self.scopes = scopes
    }

    enum CodingKeys: String, CodingKey {
        case account
        case expiresDays = "expires_days"
        case label, namespace, repositories, scopes
    }

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() {
            switch CodingKeys(rawValue: name) {
            case .account: account = try value.text(of: name)
            case .expiresDays: expiresDays = try value.wholeNumber(of: name)
            case .label: label = try value.text(of: name)
            case .namespace: namespace = try value.text(of: name)
            case .repositories: repositories = try value.texts(of: name)
            case .scopes: scopes = try value.texts(of: name)
            case nil:
                throw .unknownMember(
                    name, known: "an API key takes account, expires_days, label, namespace, repositories and scopes")
            }
        }
    }
}
