/// The authorities by which clients name the gateway in images.
package struct GatewayAuthorities: Sendable {
    private let configured: Set<RegistryAuthority>

    /// - Parameter publicURL: such as `https://lighterman.example`, without a path; nil if it is not configured.
    package init(publicURL: String?) {
        let parts = (publicURL ?? "").split(separator: "/", omittingEmptySubsequences: true)
        guard parts.count == 2, let authority = try? RegistryAuthority(parsing: parts[1]) else {
            configured = []
            return
        }
        // Clients may write the port that the scheme implies, or leave it out.
        let port = parts[0] == "https:" ? 443 : 80
        configured =
            authority.port == nil || authority.port == port
            ? Set(["", ":\(port)"].compactMap { try? RegistryAuthority(parsing: "\(authority.host)\($0)") }) : [authority]
    }

    /// The configured authorities, and that of a request.
    ///
    /// - Parameter host: the `Host` of the request.
    package func all(at host: String?) -> Set<RegistryAuthority> {
        configured.union([host.flatMap { try? RegistryAuthority(parsing: $0) }].compactMap(\.self))
    }
}
