package import FoundationEssentials

/// An API key as it is stored: everything but the key itself, of which only a keyed hash is kept.
package struct APIKey: Hashable, Sendable, Identifiable {
    /// The part of the key that names it; it is no secret.
    package let id: String
    package let account: Account.ID
    package let hash: [UInt8]
    package let label: String
    package let scopes: Set<Scope>
    package let created: Date
    package let expires: Date?
    package let revoked: Date?

    package init(
        id: String, account: Account.ID, hash: [UInt8], label: String, scopes: Set<Scope>, created: Date,
        expires: Date? = nil, revoked: Date? = nil
    ) {
        self.id = id
        self.account = account
        self.hash = hash
        self.label = label
        self.scopes = scopes
        self.created = created
        self.expires = expires
        self.revoked = revoked
    }

    package func isLive(at now: Date) -> Bool {
        revoked == nil && expires.map { now < $0 } ?? true
    }
}

/// What an API key may be used for.
package enum Scope: String, Hashable, Sendable, CaseIterable {
    case repositoryRead = "repository:read"
    case repositoryWrite = "repository:write"
    case pull
    case push
    case delete
    case serviceRead = "service:read"
    case serviceWrite = "service:write"
    case serviceReport = "service:report"
    case auditRead = "audit:read"
    case accountAdmin = "account:admin"
    case credentialReveal = "credential:reveal"
}

/// Who is calling, as an operation needs to know it. Only authentication makes one.
package enum Identity: Hashable, Sendable {
    case apiKey(APIKey, of: Account)

    package var account: Account {
        switch self {
        case .apiKey(_, let account): account
        }
    }

    package var scopes: Set<Scope> {
        switch self {
        case .apiKey(let key, _): key.scopes
        }
    }

    package var keyID: String? {
        switch self {
        case .apiKey(let key, _): key.id
        }
    }
}
