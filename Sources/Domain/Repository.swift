package import FoundationEssentials
package import Naming

/// A repository on a third-party registry, registered in a namespace.
package struct Repository: Hashable, Sendable, Identifiable {
    package let id: UUID
    package let namespace: NamespaceName
    package let name: RepositoryName
    /// The credential of the repository; nil for a public repository.
    package var credential: CredentialReference?
    package var verification: Verification
    package let created: Date
    package var modified: Date
    /// Whether a service of the namespace uses an image of the repository; derived from the services, not stored.
    package let isInUse: Bool
    /// The last pull and the last push through the gateway; nil for none.
    package let lastPull: Use?
    package let lastPush: Use?

    package struct Use: Hashable, Sendable {
        package let date: Date
        /// The account's name.
        package let account: String

        package init(date: Date, account: String) {
            self.date = date
            self.account = account
        }
    }

    package init(
        id: UUID, namespace: NamespaceName, name: RepositoryName, credential: CredentialReference?, verification: Verification,
        created: Date, modified: Date, isInUse: Bool = false, lastPull: Use? = nil, lastPush: Use? = nil
    ) {
        self.id = id
        self.namespace = namespace
        self.name = name
        self.credential = credential
        self.verification = verification
        self.created = created
        self.modified = modified
        self.isInUse = isInUse
        self.lastPull = lastPull
        self.lastPush = lastPush
    }
}

/// A filter of the repositories of a namespace. All conditions that are set must hold.
package struct RepositoryFilter: Hashable, Sendable {
    package var name: RepositoryName?
    package var namePrefix: String?
    package var nameFragment: String?
    package var authority: RegistryAuthority?
    package var isInUse: Bool?
    /// The name must match one of these patterns; empty for no condition.
    package var patterns: [RepositoryPattern]
    /// The page starts after this name and ignores the offset. The total is unaffected.
    package var after: RepositoryName?

    package init(
        name: RepositoryName? = nil, namePrefix: String? = nil, nameFragment: String? = nil,
        authority: RegistryAuthority? = nil, isInUse: Bool? = nil, patterns: [RepositoryPattern] = [], after: RepositoryName? = nil
    ) {
        self.name = name
        self.namePrefix = namePrefix
        self.nameFragment = nameFragment
        self.authority = authority
        self.isInUse = isInUse
        self.patterns = patterns
        self.after = after
    }
}
