package import Domain
package import FoundationEssentials
package import Naming

/// The contents of a store that its revocation journal must have.
package struct StoredRevocations: Hashable, Sendable {
    package let revokedKeys: [APIKey.ID: Date]
    /// The keys of removed robots.
    package let removedKeys: Set<APIKey.ID>
    /// The expiries of renewed keys that are not revoked.
    package let renewedKeys: [APIKey.ID: Date]
    package let disabledAccounts: [Account]
    /// The names of users and organizations, including removed ones.
    package let names: Set<NamespaceName>

    package init(
        revokedKeys: [APIKey.ID: Date], removedKeys: Set<APIKey.ID>, renewedKeys: [APIKey.ID: Date], disabledAccounts: [Account],
        names: Set<NamespaceName>
    ) {
        self.revokedKeys = revokedKeys
        self.removedKeys = removedKeys
        self.renewedKeys = renewedKeys
        self.disabledAccounts = disabledAccounts
        self.names = names
    }
}
