package import Domain
package import NIOCore
package import Naming

/// Verifies a credential at the registry itself, with the first requests of a pull or a push.
package struct Verifier: Verifying {
    private let transport: AsyncHTTPClientTransport
    private let timeLimit: TimeAmount

    /// - Parameter timeLimit: for one verification, not counting the wait for the limit on verifications.
    package init(transport: AsyncHTTPClientTransport, timeLimit: TimeAmount = .seconds(15)) {
        self.transport = transport
        self.timeLimit = timeLimit
    }

    package func verify(
        _ name: RepositoryName, with credential: Credential?, depth: VerificationDepth, registry: Registry, for requester: Requester,
        because cause: VerificationCause
    ) async -> VerificationOutcome {
        do throws(TransportError) {
            let permit = try await acquire(at: name.authority, for: requester)
            defer { permit.release() }
            // Its caches are empty: a verification shows the present state of the registry.
            let client = UpstreamClient(transport: transport, cause: cause.loginCause, deadline: .now() + timeLimit)
            let repository = UpstreamRepository(
                name: name, registry: registry, reference: nil, credential: credential, requester: requester)
            return await VerificationSession(client: client, repository: repository, cause: cause).verify(depth)
        } catch {
            let verdict: VerificationOutcome.Verdict =
                if case .limited(let limit) = error {
                    .limited(limit)
                } else {
                    .inconclusive(reason: RequestedHost.registry(name.authority).text(error))
                }
            return VerificationOutcome(verdict: verdict, isSSL: registry.isSSL, isReached: false)
        }
    }

    package func addresses(of registry: Registry, for requester: Requester) async -> [IPAddress] {
        await transport.lookUp(RegistryEndpoint(authority: registry.authority, isTLS: registry.isSSL ?? true), for: requester)
    }

    private func acquire(at registry: RegistryAuthority, for requester: Requester) async throws(TransportError) -> FairLimiter.Permit {
        do {
            return try await transport.limits.counted {
                try await transport.limits.verifications.acquire(for: requester, at: registry)
            }
        } catch {
            throw TransportError(error)
        }
    }
}

extension VerificationCause {
    fileprivate var loginCause: LoginCause {
        switch self {
        case .request: .request
        case .schedule: .use
        case .confirmation: .confirmation
        }
    }
}
