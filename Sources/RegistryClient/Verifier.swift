package import Domain
package import NIOCore
package import Naming

/// Verifies against the registry itself: asks how it authenticates, then makes the calls that a pull, or a push, begins with.
package struct Verifier: Verifying {
    private let transport: AsyncHTTPClientTransport
    private let timeLimit: TimeAmount

    /// - Parameter timeLimit: for one verification, from when it has its turn.
    package init(transport: AsyncHTTPClientTransport, timeLimit: TimeAmount = .seconds(15)) {
        self.transport = transport
        self.timeLimit = timeLimit
    }

    package func verify(
        _ name: RepositoryName, with credential: Credential?, depth: VerificationDepth, registry: Registry, for requester: Requester,
        because cause: VerificationCause
    ) async -> VerificationOutcome {
        var isSSL = registry.isSSL
        do throws(TransportError) {
            let permit = try await turn(at: name.authority, for: requester)
            defer { permit.release() }
            let deadline = NIODeadline.now() + timeLimit
            let transport = transport.acting(for: requester)
            let contact = try await FirstContact(transport: transport).make(registry, deadline: deadline)
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
            case .limited(let limit): return VerificationOutcome(verdict: .limited(limit), isSSL: isSSL)
            case .connection, .timedOut, .notTLS, .abandoned: return VerificationOutcome(verdict: .silent(reason: reason), isSSL: isSSL)
            }
        }
    }

    private func turn(at registry: RegistryAuthority, for requester: Requester) async throws(TransportError) -> FairLimiter.Permit {
        do {
            return try await transport.limits.counted {
                try await transport.limits.verifications.acquire(for: requester, at: registry)
            }
        } catch {
            throw TransportError(error)
        }
    }
}
