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
            case .connection, .timedOut, .notTLS, .abandoned: return VerificationOutcome(verdict: .silent(reason: reason), isSSL: isSSL)
            }
        }
    }
}
