package import Domain
package import Naming

/// Where a registry's API answers: its scheme, host and port.
package struct RegistryEndpoint: Hashable, Sendable {
    package let authority: RegistryAuthority
    package let isTLS: Bool
    /// What an administrator allows the registry that it belongs to.
    package let trust: RegistryTrust

    package init(authority: RegistryAuthority, isTLS: Bool, trust: RegistryTrust = RegistryTrust()) {
        self.authority = authority
        self.isTLS = isTLS
        self.trust = trust
    }

    /// `https://registry.example:5000`, without a slash at its end.
    var origin: String { "\(isTLS ? "https" : "http")://\(authority.apiAuthority)" }

    /// The URL of an upload that the registry answered with, absolute or relative; nil where it is not on this very
    /// registry, for nothing is sent anywhere else (https://github.com/opencontainers/distribution-spec, end-4a).
    func resolve(location: String) -> String? {
        if location.hasPrefix("/"), !location.hasPrefix("//") { return origin + location }
        return location.hasPrefix(origin + "/") ? location : nil
    }
}
