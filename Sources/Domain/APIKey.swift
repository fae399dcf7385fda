package import FoundationEssentials
package import Naming

/// An API key as it is stored: everything but the key itself, of which only a keyed hash is kept.
package struct APIKey: Hashable, Sendable, Identifiable {
    /// The part of the key that names it; it is no secret.
    package let id: String
    package let account: Account.ID
    package var hash: [UInt8]
    package let label: String
    package let scopes: Set<Scope>
    package let restriction: Restriction
    package let created: Date
    package var expires: Date?
    package var revoked: Date?
    /// The key of the call that created it; nil where no call did, or a version that did not store it.
    package var madeWith: ID?
    /// The key that it replaces; nil where it is no renewal.
    package let renews: ID?
    /// When it was last used, as far as that has been written down.
    package let lastUsed: Date?

    package init(
        id: String, account: Account.ID, hash: [UInt8], label: String, scopes: Set<Scope>, restriction: Restriction = Restriction(),
        created: Date, expires: Date? = nil, revoked: Date? = nil, madeWith: ID? = nil, renews: ID? = nil, lastUsed: Date? = nil
    ) {
        self.id = id
        self.account = account
        self.hash = hash
        self.label = label
        self.scopes = scopes
        self.restriction = restriction
        self.created = created
        self.expires = expires
        self.revoked = revoked
        self.madeWith = madeWith
        self.renews = renews
        self.lastUsed = lastUsed
    }

    /// Where alone a key is good for anything.
    package struct Restriction: Hashable, Sendable {
        /// nil for every namespace that its account has a part in.
        package let namespace: NamespaceName?
        /// None for all repositories.
        package let repositories: [RepositoryPattern]

        package init(namespace: NamespaceName? = nil, repositories: [RepositoryPattern] = []) {
            self.namespace = namespace
            self.repositories = repositories
        }

        package func allows(_ name: RepositoryName) -> Bool {
            repositories.isEmpty || repositories.contains { $0.matches(name) }
        }

        /// Whether a repository on that registry can be among those that it allows.
        package func touches(_ authority: RegistryAuthority) -> Bool {
            repositories.isEmpty || repositories.contains { $0.authority == authority }
        }
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
    /// A short-lived token of the gateway's that was made with a key. It is good for no more than the key is at that moment.
    case gatewayToken(madeWith: APIKey, of: Account)

    package var account: Account {
        switch self {
        case .apiKey(_, let account), .gatewayToken(_, let account): account
        }
    }

    package var key: APIKey {
        switch self {
        case .apiKey(let key, _), .gatewayToken(let key, _): key
        }
    }

    package var scopes: Set<Scope> { key.scopes }
    package var restriction: APIKey.Restriction { key.restriction }

    /// Whether it may change the whole server. Every right of a server administrator comes from here: an architecture test finds other uses of
    /// `isAdministrator`.
    package var mayAdministerServer: Bool {
        account.isAdministrator && scopes.contains(.accountAdmin) && restriction == APIKey.Restriction()
    }

    /// The namespace that is meant where a call names none.
    package var home: NamespaceName { restriction.namespace ?? account.name.namespace }

    package var keyID: String? { key.id }
}

/// An API key with its account.
package struct HeldKey: Hashable, Sendable {
    package let key: APIKey
    package let account: Account

    package init(_ key: APIKey, of account: Account) {
        self.key = key
        self.account = account
    }
}
