package import Naming

/// What a server administrator allows a registry, and what its use has pinned.
package struct RegistryTrust: Hashable, Sendable {
    /// Whether it may be on this machine or in any private network.
    package var isApproved: Bool
    /// The private networks that it may be in besides: those that it was in when an administrator registered a repository on it.
    package var networks: Set<Network>
    /// Hosts in private networks that it may redirect downloads to.
    package var blobHosts: Set<RegistryAuthority>
    /// Whether it is spoken to without TLS, although it is not on this machine.
    package var isPlainHTTP: Bool
    /// Certificates of authorities, in PEM, that are trusted for it beside the system's.
    package var certificateAuthorities: String?
    /// The URL that it has its tokens made at; nil until it was first used, or where it makes none.
    package var realm: String?

    package init(
        isApproved: Bool = false, networks: Set<Network> = [], blobHosts: Set<RegistryAuthority> = [], isPlainHTTP: Bool = false,
        certificateAuthorities: String? = nil, realm: String? = nil
    ) {
        self.isApproved = isApproved
        self.networks = networks
        self.blobHosts = blobHosts
        self.isPlainHTTP = isPlainHTTP
        self.certificateAuthorities = certificateAuthorities
        self.realm = realm
    }
}
