import Domain
import Naming

/// Finds what an administrator allows the host that a redirect leads to: the same as for a registry at that host and port, and nothing of what
/// is allowed for the registry that redirects, but for the hosts that it may keep its blobs on.
struct RedirectApproval: Sendable {
    /// Finds a registry; nil for an unknown one.
    let registry: @Sendable (RegistryAuthority) async -> Registry?

    /// - Parameter trust: what is allowed for the registry that redirects.
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

    /// The names that a registry at this host and port may have, the one to approve first. A name without a port means 443, unless the registry
    /// speaks plain HTTP.
    private static func names(of url: RegistryURL) -> [RegistryAuthority] {
        let named = url.authority
        guard named.port == nil, let full = try? RegistryAuthority(parsing: "\(named.apiAuthority):\(url.port)") else { return [named] }
        return url.isTLS ? [named, full] : [full, named]
    }
}
