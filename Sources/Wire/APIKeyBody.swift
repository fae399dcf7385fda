/// An API key in a response.
package struct APIKeyBody: Codable, Hashable, Sendable {
    /// The name of its account.
    package var account: String
    package var created: String
    @OrNull package var expires: String?
    /// The ID, which is a part of the key but not secret.
    package var id: String
    /// The key itself. Only the response to its creation contains it.
    package var key: String?
    package var label: String
    @OrNull package var lastUsed: String?
    /// The ID of the key that it was created with.
    @OrNull package var madeWith: String?
    /// The only namespace that it is valid for; nil for all that its account has access to.
    @OrNull package var namespace: String?
    /// The patterns of the repositories that it is valid for; empty for all.
    package var repositories: [String]
    package var resourceURI: String
    /// The ID of the key that it renews; nil if it is not a renewal.
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

/// The body of a request that creates an API key. nil means absent or `null`.
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
                    name, known: "an API key has the members account, expires_days, label, namespace, repositories and scopes")
            }
        }
    }
}

/// The result of a revocation for the key and its descendants. It is sent only if there are descendants.
package struct KeyRevocationBody: Codable, Hashable, Sendable {
    /// The IDs of the revoked keys, starting with the key itself.
    package var revoked: [String]
    /// The keys of other accounts, which stay valid.
    package var remaining: [RemainingKey]

    package struct RemainingKey: Codable, Hashable, Sendable {
        package var account: String
        package var id: String
        package var label: String

        package init(account: String, id: String, label: String) {
            self.account = account
            self.id = id
            self.label = label
        }
    }

    package init(revoked: [String], remaining: [RemainingKey]) {
        self.revoked = revoked
        self.remaining = remaining
    }
}

/// The body of a request that renews an API key. nil means absent or `null`.
package struct KeyRenewalRequest: Encodable, Hashable, Sendable {
    package var expiresDays: Int?
    package var graceHours: Int?

    package init(expiresDays: Int? = nil, graceHours: Int? = nil) {
        self.expiresDays = expiresDays
        self.graceHours = graceHours
    }

    enum CodingKeys: String, CodingKey {
        case expiresDays = "expires_days"
        case graceHours = "grace_hours"
    }

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() {
            switch CodingKeys(rawValue: name) {
            case .expiresDays: expiresDays = try value.wholeNumber(of: name)
            case .graceHours: graceHours = try value.wholeNumber(of: name)
            case nil: throw .unknownMember(name, known: "a renewal has the members expires_days and grace_hours")
            }
        }
    }
}
