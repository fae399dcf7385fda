public import FoundationEssentials
import Wire

/// An API key, without its secret.
public struct APIKey: CloudObject, Hashable, Sendable {
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
    /// The time of its creation; nil if the server's value is not a date.
    public let created: Date?
    /// The time of its expiry; nil if it never expires.
    public let expires: Date?
    /// The time of its last use, accurate to some minutes; nil if it was never used.
    public let lastUsed: Date?
    /// The time of its revocation; nil if it was not revoked.
    public let revoked: Date?
    /// The ID of the key that it was created with; nil if unknown.
    public let madeWith: String?
    /// The path of the key on the server.
    public let resourceURI: String
    private let object: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: APIKeyBody.self, what: "an API key", requestID: requestID)
        id = body.id
        account = body.account
        label = body.label
        scopes = body.scopes.map(Scope.init(rawValue:))
        namespace = body.namespace
        repositories = body.repositories
        created = WireCoding.date(body.created)
        expires = try Self.end(body.expires, requestID)
        lastUsed = body.lastUsed.flatMap(WireCoding.date)
        revoked = try Self.end(body.revoked, requestID)
        madeWith = body.madeWith
        resourceURI = body.resourceURI
        object = json.withoutKey
    }

    /// Throws for an invalid date: treating it as absent would report an expired or revoked key as live.
    private static func end(_ text: String?, _ requestID: String?) throws(DockerCloudError) -> Date? {
        guard let text else { return nil }
        guard let date = WireCoding.date(text) else {
            throw .invalidResponse(reason: "the expiry or revocation time of the API key is not a date", requestID: requestID)
        }
        return date
    }

    /// The server's object without the secret, including members that this library does not know, as JSON on one line.
    public var json: String { object.text() }
    /// The server's object without the secret, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
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

extension JSON {
    /// The object without the secret, which the response to its creation contains.
    fileprivate var withoutKey: JSON {
        guard case .object(var members) = self else { return self }
        members["key"] = nil
        return .object(members)
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
