import Domain
import NIOCore
import Naming

/// How a registry is met: with a question without a credential, whose answer says how it authenticates.
struct FirstContact {
    let transport: any RegistryTransport

    /// The first, anonymous request. It finds out whether a registry on this machine speaks TLS; all others must, but for
    /// those that an administrator marked. TLS is tried first, and a certificate that cannot be trusted is no reason to go
    /// on without.
    func make(
        _ registry: Registry, deadline: NIODeadline
    ) async throws(TransportError) -> (endpoint: RegistryEndpoint, ping: RegistryResponse) {
        let secure = RegistryEndpoint(authority: registry.authority, isTLS: true, trust: registry.trust)
        let plain = RegistryEndpoint(authority: registry.authority, isTLS: false, trust: registry.trust)
        if registry.trust.isPlainHTTP { return (plain, try await ping(plain, deadline)) }
        guard registry.authority.isLiteralLoopback else { return (secure, try await ping(secure, deadline)) }
        switch registry.isSSL {
        case true?: return (secure, try await ping(secure, deadline))
        case false?: return (plain, try await ping(plain, deadline))
        case nil:
            do throws(TransportError) {
                return (secure, try await ping(secure, deadline))
            } catch .notTLS {
                return (plain, try await ping(plain, deadline))
            }
        }
    }

    private func ping(_ endpoint: RegistryEndpoint, _ deadline: NIODeadline) async throws(TransportError) -> RegistryResponse {
        try await transport.send(RegistryRequest(.get, "\(endpoint.origin)/v2/"), to: endpoint, deadline: deadline)
    }
}
