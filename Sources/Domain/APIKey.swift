package import FoundationEssentials
package import Naming

/// A stored API key. The store has only a keyed hash of the key itself.
package struct APIKey: Hashable, Sendable, Identifiable {
    /// The public identifier, which is a part of the key.
    package let id: String
    package let account: Account.ID
    package var hash: [UInt8]
    package let label: String
    package let scopes: Set<Scope>
    package let restriction: Restriction
    package let created: Date
    package var expires: Date?
    package var revoked: Date?
    /// The calling key that created this key; nil if no call created it, or a version that did not store it.
    package var madeWith: ID?
    /// The key that this key replaces; nil if it is not a renewal.
    package let renews: ID?
    /// The last use that was stored.
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

    /// The namespace and the repositories to which a key is restricted.
    package struct Restriction: Hashable, Sendable {
        /// nil for every namespace of which the account is a member.
        package let namespace: NamespaceName?
        /// Empty for all repositories.
        package let repositories: [RepositoryPattern]

        package init(namespace: NamespaceName? = nil, repositories: [RepositoryPattern] = []) {
            self.namespace = namespace
            self.repositories = repositories
        }

        package func allows(_ name: RepositoryName) -> Bool {
            repositories.isEmpty || repositories.contains { $0.matches(name) }
        }

        /// Whether the restriction can allow a repository on that registry.
        package func touches(_ authority: RegistryAuthority) -> Bool {
            repositories.isEmpty || repositories.contains { $0.authority == authority }
        }
    }

    /// Whether a text can be the identifier of a key.
    package static func isID(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(Base62.contains) }

    package func isLive(at now: Date) -> Bool {
        revoked == nil && expires.map { now < $0 } ?? true
    }
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
