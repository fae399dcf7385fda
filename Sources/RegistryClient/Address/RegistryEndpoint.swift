package import Domain
package import Naming

/// The scheme, host and port of a registry's API.
package struct RegistryEndpoint: Hashable, Sendable {
    package let authority: RegistryAuthority
    package let isTLS: Bool
    /// The settings of an administrator for the registry that it belongs to.
    package let trust: RegistryTrust

    package init(authority: RegistryAuthority, isTLS: Bool, trust: RegistryTrust = RegistryTrust()) {
        self.authority = authority
        self.isTLS = isTLS
        self.trust = trust
    }

    /// `https://registry.example:5000`, without a slash at its end.
    var origin: String { "\(scheme)://\(authority.apiAuthority)" }
    var scheme: String { isTLS ? "https" : "http" }
    /// The host as it stands in URLs: a name or an IPv4 address.
    var host: String { authority.isDockerHub ? RegistryAuthority.dockerHubAPIHost : authority.host }
    var port: Int { authority.port ?? (isTLS ? 443 : 80) }

    /// Whether scheme, host and port are the same.
    func isOrigin(of url: RegistryURL) -> Bool { isTLS == url.isTLS && hasPlace(url) }

    /// Whether host and port are the same.
    func hasPlace(_ url: RegistryURL) -> Bool {
        host == RegistryEndpoint(authority: url.authority, isTLS: url.isTLS).host && port == url.port
    }

    /// The URL of something on this endpoint.
    ///
    /// - Parameter target: path and query.
    func url(_ target: String) -> RegistryURL {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return RegistryURL(isTLS: isTLS, authority: authority, path: String(parts[0]), query: parts.count == 2 ? String(parts[1]) : nil)
    }
}
