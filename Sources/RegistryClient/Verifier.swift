package import Domain
package import NIOCore
package import Naming

/// Verifies against the registry itself: asks how it authenticates, then makes the calls that a pull, or a push, begins with.
package struct Verifier: Verifying {
    private let transport: any RegistryTransport
    private let timeLimit: TimeAmount

    package init(transport: any RegistryTransport, timeLimit: TimeAmount = .seconds(15)) {
        self.transport = transport
        self.timeLimit = timeLimit
    }

    package func verify(
        _ name: RepositoryName, with credential: Credential?, depth: VerificationDepth, registry: Registry
    ) async -> VerificationOutcome {
        let deadline = NIODeadline.now() + timeLimit
        var isSSL = registry.isSSL
        do throws(TransportError) {
            let contact = try await contact(registry, deadline: deadline)
            isSSL = contact.endpoint.isTLS
            var session = Session(
                transport: transport, endpoint: contact.endpoint, path: name.path, credential: credential, deadline: deadline)
            var outcome = try await session.verify(after: contact.ping, depth: depth)
            outcome.isSSL = isSSL
            return outcome
        } catch {
            let reason = "\(name.authority): \(error.reason)"
            switch error {
            case .forbidden: return VerificationOutcome(verdict: .forbidden(reason: reason), isSSL: isSSL)
            case .untrusted: return VerificationOutcome(verdict: .silent(reason: reason), isSSL: true)
            case .connection, .timedOut, .notTLS: return VerificationOutcome(verdict: .silent(reason: reason), isSSL: isSSL)
            }
        }
    }

    /// The first, anonymous request. It finds out whether a registry on this machine speaks TLS; all others must, but for
    /// those that an administrator marked. TLS is tried first, and a certificate that cannot be trusted is no reason to go
    /// on without.
    private func contact(
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
