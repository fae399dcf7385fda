public import FoundationEssentials
import Wire

/// An API key, without its secret.
public struct APIKey: Identifiable, Hashable, Sendable {
    /// The ID, which is a part of the key but not secret.
    public let id: String
    /// The name of its account.
    public let account: String
    /// Its purpose, in the words of its creator; may be empty.
    public let label: String
    /// Its rights.
    public let scopes: [Scope]
    /// The only namespace that it is valid for; nil for all that its account has access to.
    public let namespace: String?
    /// The repositories that it is valid for, by name or as `registry.example/team/*`; empty for all.
    public let repositories: [String]
    /// The time of its creation.
    public let created: Date
    /// The time of its expiry; nil if it never expires.
    public let expires: Date?
    /// The time of its last use, accurate to ten minutes; nil if it was never used.
    public let lastUsed: Date?
    /// The time of its revocation; nil if it was not revoked.
    public let revoked: Date?
    /// The ID of the key that it was created with; nil if unknown.
    public let madeWith: String?
    /// The ID of the key that it renews; nil if it is not a renewal.
    public let renews: String?
    /// The path of the key on the server.
    public let resourceURI: String

    /// Creates a value, for example for a fake of the server.
    public init(
        id: String, account: String, label: String = "", scopes: [Scope], namespace: String? = nil, repositories: [String] = [],
        created: Date, expires: Date? = nil, lastUsed: Date? = nil, revoked: Date? = nil, madeWith: String? = nil, renews: String? = nil,
        resourceURI: String
    ) {
        self.id = id
        self.account = account
        self.label = label
        self.scopes = scopes
        self.namespace = namespace
        self.repositories = repositories
        self.created = created
        self.expires = expires
        self.lastUsed = lastUsed
        self.revoked = revoked
        self.madeWith = madeWith
        self.renews = renews
        self.resourceURI = resourceURI
    }
}

extension APIKey: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: APIKeyBody.self, what: "an API key", requestID: requestID)
        self.init(
            id: body.id, account: body.account, label: body.label, scopes: body.scopes.map(Scope.init(rawValue:)),
            namespace: body.namespace, repositories: body.repositories,
            created: try Date(body.created, of: "created_datetime", requestID: requestID),
            expires: try Date.optional(body.expires, of: "expires_datetime", requestID: requestID),
            lastUsed: try Date.optional(body.lastUsed, of: "last_used_datetime", requestID: requestID),
            revoked: try Date.optional(body.revoked, of: "revoked_datetime", requestID: requestID),
            madeWith: body.madeWith, renews: body.renews, resourceURI: body.resourceURI)
    }

    /// Without the secret, which the response to the creation of a key contains.
    static func redacted(_ json: JSON) -> JSON {
        guard case .object(var members) = json else { return json }
        members["key"] = nil
        return .object(members)
    }
}

extension APIKey {
    /// Whether the server accepts a key, and if not, the reason.
    public enum State: String, Hashable, Sendable {
        /// The server accepts the key, unless the account is disabled.
        case live
        /// The expiry time has passed.
        case expired
        /// The key was revoked.
        case revoked
    }

    /// The state at a given time. A revoked key counts as revoked at any time, because the clocks of client and server may differ.
    public func state(at moment: Date) -> State {
        if revoked != nil { return .revoked }
        if let expires, expires <= moment { return .expired }
        return .live
    }
}

/// A scope of an API key, within the rights of its account. A server may know more scopes than this library.
public struct Scope: RawRepresentable, Hashable, Sendable {
    /// The word that the server uses.
    public let rawValue: String

    /// The scope of that word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Listing and inspecting repositories and registries.
    public static let repositoryRead = Scope(rawValue: "repository:read")
    /// Registering, updating, verifying and removing repositories.
    public static let repositoryWrite = Scope(rawValue: "repository:write")
    /// Listing and inspecting actions.
    public static let auditRead = Scope(rawValue: "audit:read")
    /// Users, organizations, members, robots and API keys, and the configuration of registries.
    public static let accountAdmin = Scope(rawValue: "account:admin")
    /// Pulling images.
    public static let pull = Scope(rawValue: "pull")
    /// Pushing images.
    public static let push = Scope(rawValue: "push")
    /// Deleting images.
    public static let delete = Scope(rawValue: "delete")
    /// Listing and inspecting services.
    public static let serviceRead = Scope(rawValue: "service:read")
    /// Changing services.
    public static let serviceWrite = Scope(rawValue: "service:write")
    /// Reporting which services use which images.
    public static let serviceReport = Scope(rawValue: "service:report")
    /// Reading the credentials of repositories.
    public static let credentialReveal = Scope(rawValue: "credential:reveal")
}
