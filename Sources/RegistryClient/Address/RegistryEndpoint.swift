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

    /// `https://registry.example:5000`, without a trailing slash.
    var origin: String { "\(scheme)://\(authority.apiAuthority)" }
    var scheme: String { isTLS ? "https" : "http" }
    /// The host in URLs: a name or an IPv4 address.
    var host: String { authority.isDockerHub ? RegistryAuthority.dockerHubAPIHost : authority.host }
    var port: Int { authority.port ?? (isTLS ? 443 : 80) }

    /// Whether scheme, host and port are the same.
    func isOrigin(of url: RegistryURL) -> Bool { isTLS == url.isTLS && hasHostAndPort(of: url) }

    /// Whether host and port are the same.
    func hasHostAndPort(of url: RegistryURL) -> Bool {
        host == RegistryEndpoint(authority: url.authority, isTLS: url.isTLS).host && port == url.port
    }

    /// The URL of a resource on this endpoint.
    ///
    /// - Parameter target: path and query.
    func url(_ target: String) -> RegistryURL {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return RegistryURL(isTLS: isTLS, authority: authority, path: String(parts[0]), query: parts.count == 2 ? String(parts[1]) : nil)
    }
}

/// Finds the approvals for the host that a redirect leads to: those of a registry at that host and port. The approvals of the redirecting
/// registry do not apply, except for its blob hosts.
struct RedirectApproval: Sendable {
    /// Finds a registry; nil for an unknown one.
    let registry: @Sendable (RegistryAuthority) async -> Registry?

    /// - Parameter trust: the settings of the redirecting registry.
    func endpoint(of url: RegistryURL, from trust: RegistryTrust = RegistryTrust()) async -> RegistryEndpoint {
        let names = Self.names(of: url)
        // A name without a port means https.
        let isBlobHost = names.contains { trust.blobHosts.contains($0) && (url.isTLS || $0.port != nil) }
        for name in names {
            guard let found = await registry(name), found.port == url.port else { continue }
            let trust = RegistryTrust(
                isApproved: isBlobHost || found.trust.isApproved, networks: found.trust.networks,
                certificateAuthorities: found.trust.certificateAuthorities)
            return RegistryEndpoint(authority: names[0], isTLS: url.isTLS, trust: trust)
        }
        return RegistryEndpoint(authority: names[0], isTLS: url.isTLS, trust: RegistryTrust(isApproved: isBlobHost))
    }

    /// The names that a registry at this host and port may have, starting with the name to approve. A name without a port means 443, unless
    /// the registry uses plain HTTP.
    private static func names(of url: RegistryURL) -> [RegistryAuthority] {
        let named = url.authority
        guard named.port == nil, let full = try? RegistryAuthority(parsing: "\(named.apiAuthority):\(url.port)") else { return [named] }
        return url.isTLS ? [named, full] : [full, named]
    }
}
