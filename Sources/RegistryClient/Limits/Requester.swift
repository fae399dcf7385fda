package import Naming

/// On whose behalf a registry is contacted: what limits are shared by.
package enum Requester: Hashable, Sendable {
    /// A person, or an organization with all its robots.
    case account(NamespaceName)
    /// The server's own checks.
    case background
}
