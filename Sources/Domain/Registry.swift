package import Naming

/// A third-party registry that repositories were registered on; one for the whole server.
package struct Registry: Hashable, Sendable {
    package let authority: RegistryAuthority
    /// Whether it speaks TLS; nil until the first contact with a registry on this machine, true for all others.
    package var isSSL: Bool?
    package var trust: RegistryTrust
    /// Whether the server has ever received an HTTP response from it.
    package var isReached: Bool

    package init(authority: RegistryAuthority, isSSL: Bool?, trust: RegistryTrust = RegistryTrust(), isReached: Bool = false) {
        self.authority = authority
        self.isSSL = isSSL
        self.trust = trust
        self.isReached = isReached
    }

    package var name: String { authority.isDockerHub ? "Docker Hub" : authority.description }
    package var apiHost: String { authority.isDockerHub ? RegistryAuthority.dockerHubAPIHost : authority.host }
    package var port: Int? { authority.port ?? isSSL.map { $0 ? 443 : 80 } }
}

/// Which registries of a namespace are meant; conditions that are set must all hold.
package struct RegistryFilter: Hashable, Sendable {
    package var name: String?
    package var host: String?
    package var isDockerRegistry: Bool?

    package init(name: String? = nil, host: String? = nil, isDockerRegistry: Bool? = nil) {
        self.name = name
        self.host = host
        self.isDockerRegistry = isDockerRegistry
    }

    package func matches(_ registry: Registry) -> Bool {
        (name ?? registry.name) == registry.name
            && (host == nil || host == registry.apiHost || host == registry.authority.description)
            && (isDockerRegistry ?? registry.authority.isDockerHub) == registry.authority.isDockerHub
    }
}
