package import Domain
package import Naming
package import RegistryClient
import Synchronization

/// A verifier without registries: returns preset outcomes, and records its verifications.
package final class StubVerifier: Verifying {
    package struct Request: Hashable, Sendable {
        package let name: RepositoryName
        package let credential: Credential?
        package let depth: VerificationDepth
        package let registry: Registry
        package let requester: Requester
        package let cause: VerificationCause

        package var isSSL: Bool? { registry.isSSL }
    }

    package typealias Answer = @Sendable (Request) async -> VerificationOutcome

    private let received = Mutex<[Request]>([])
    private let answer: Mutex<Answer>

    package init(_ answer: @escaping Answer = { $0.depth == .reachability ? StubVerifier.reachable : StubVerifier.accepting }) {
        self.answer = Mutex(answer)
    }

    package static let accepting = VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: true)
    package static let reachable = VerificationOutcome(verdict: .reachable, isSSL: true)

    package var requests: [Request] { received.withLock { $0 } }

    package func answer(with answer: @escaping Answer) {
        self.answer.withLock { $0 = answer }
    }

    /// Resolves literal addresses, `localhost` to this machine, and names that end in `.local` to a private network.
    package func addresses(of registry: Registry, for requester: Requester) async -> [IPAddress] {
        let host = registry.authority.host
        let text = host == "localhost" ? "127.0.0.1" : host.hasSuffix(".local") ? "10.1.2.3" : "8.8.8.8"
        return [IPAddress(host) ?? IPAddress(text)].compactMap(\.self)
    }

    package func verify(
        _ name: RepositoryName, with credential: Credential?, depth: VerificationDepth, registry: Registry, for requester: Requester,
        because cause: VerificationCause
    ) async -> VerificationOutcome {
        let request = Request(name: name, credential: credential, depth: depth, registry: registry, requester: requester, cause: cause)
        received.withLock { $0.append(request) }
        return await answer.withLock { $0 }(request)
    }
}
