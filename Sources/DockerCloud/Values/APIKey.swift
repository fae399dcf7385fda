public import FoundationEssentials
import Wire

/// An API key, as the server knows it; its secret is never part of it.
public struct APIKey: CloudObject, Hashable, Sendable {
    /// The part of the key that names it; it is no secret.
    public let id: String
    /// The name of the account that it belongs to.
    public let account: String
    /// Its purpose, as its maker wrote it; may be empty.
    public let label: String
    /// Its rights.
    public let scopes: [Scope]
    /// The one namespace that it is good for; nil for all that its account has a part in.
    public let namespace: String?
    /// The repositories that it is good for, by name or as `registry.example/team/*`; none for all.
    public let repositories: [String]
    /// When it was made; nil where the server's text is not a date.
    public let created: Date?
    /// When it stops being accepted; nil for one that never does.
    public let expires: Date?
    /// When it was last used, to some minutes; nil where it never was.
    public let lastUsed: Date?
    /// When it was revoked; nil for one that was not.
    public let revoked: Date?
    /// The ID of the key that it was made with; nil where that is not known.
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

    /// A date that cannot be read must not make a dead key look alive.
    private static func end(_ text: String?, _ requestID: String?) throws(DockerCloudError) -> Date? {
        guard let text else { return nil }
        guard let date = WireCoding.date(text) else {
            throw .invalidResponse(reason: "when the API key ends is not a date", requestID: requestID)
        }
        return date
    }

    /// What the server sent, members included that this library does not know, as JSON in one line.
    public var json: String { object.text() }
    /// What the server sent, as JSON indented by two spaces.
    public var indentedJSON: String { object.text(indentedBy: 2) }
}

extension APIKey {
    /// Whether the server accepts a key, and if not, why.
    public enum State: String, Hashable, Sendable {
        /// It does, as long as the account is not disabled.
        case live
        /// Its time is over.
        case expired
        /// Somebody revoked it.
        case revoked
    }

    /// The state at a moment; a key that was revoked is so at every one, whatever the clock here says of the server's.
    public func state(at moment: Date) -> State {
        if revoked != nil { return .revoked }
        if let expires, expires <= moment { return .expired }
        return .live
    }
}

extension JSON {
    /// An object without the secret that the answer to its creation holds.
    fileprivate var withoutKey: JSON {
        guard case .object(var members) = self else { return self }
        members["key"] = nil
        return .object(members)
    }
}
