package import Naming

/// A third-party registry with registered repositories; shared by the whole server.
package struct Registry: Hashable, Sendable {
    package let authority: RegistryAuthority
    /// Whether the registry uses TLS; nil until the first connection to a registry on this machine, true for all others.
    package var isSSL: Bool?
    package var trust: RegistryTrust
    /// Whether the server has ever received an HTTP response from the registry.
    package var isReached: Bool

    package init(authority: RegistryAuthority, isSSL: Bool?, trust: RegistryTrust = RegistryTrust(), isReached: Bool = false) {
        self.authority = authority
        self.isSSL = isSSL
        self.trust = trust
        self.isReached = isReached
    }

    package var name: String { authority.isDockerHub ? Self.dockerHubName : authority.description }
    package static let dockerHubName = "Docker Hub"
    package var apiHost: String { authority.isDockerHub ? RegistryAuthority.dockerHubAPIHost : authority.host }
    package var port: Int? { authority.port ?? isSSL.map { $0 ? 443 : 80 } }
}

/// A filter of the registries of a namespace. All conditions that are set must hold.
package struct RegistryFilter: Hashable, Sendable {
    /// ``Registry/name``.
    package var name: String?
    /// ``Registry/apiHost``, or the authority.
    package var host: String?
    package var isDockerRegistry: Bool?
    /// nil for all registries.
    package var authorities: Set<RegistryAuthority>?
    /// The page starts after this registry, and ignores the offset. The total is unaffected.
    package var after: RegistryAuthority?

    package init(
        name: String? = nil, host: String? = nil, isDockerRegistry: Bool? = nil, authorities: Set<RegistryAuthority>? = nil,
        after: RegistryAuthority? = nil
    ) {
        self.name = name
        self.host = host
        self.isDockerRegistry = isDockerRegistry
        self.authorities = authorities
        self.after = after
    }
}

/// The trust settings of a registry: set by a server administrator, or pinned at first use.
package struct RegistryTrust: Hashable, Sendable {
    /// Whether the registry may be on this machine or in any private network.
    package var isApproved: Bool
    /// Further private networks that the registry may be in, from when an administrator registered a repository on it.
    package var networks: Set<Network>
    /// Hosts in private networks to which the registry may redirect downloads.
    package var blobHosts: Set<RegistryAuthority>
    /// Whether the registry is used without TLS although it is not on this machine.
    package var isPlainHTTP: Bool
    /// CA certificates, in PEM, that are trusted for this registry in addition to the system's.
    package var certificateAuthorities: String?
    /// The URL of the registry's token server; nil until its first use, or if it uses no tokens.
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

extension Registry {
    /// Whether every connection that was allowed is still allowed. Values that the first connections set, such as the realm, were nil before.
    package func allowsAll(of former: Registry) -> Bool {
        (isSSL == false || former.isSSL != false) && trust.allowsAll(of: former.trust)
    }
}

extension RegistryTrust {
    package func allowsAll(of former: RegistryTrust) -> Bool {
        (isApproved || !former.isApproved && networks.isSuperset(of: former.networks))
            && blobHosts.isSuperset(of: former.blobHosts)
            && (isPlainHTTP || !former.isPlainHTTP)
            && (former.certificateAuthorities == nil || certificateAuthorities == former.certificateAuthorities)
            && (former.realm == nil || realm == former.realm)
    }
}
