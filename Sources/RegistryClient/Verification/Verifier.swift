package import Domain
package import NIOCore
package import Naming

/// Verifies a credential for a repository.
package protocol Verifying: Sendable {
    /// - Parameters:
    ///   - registry: the repository's registry, with the settings of an administrator.
    ///   - requester: the account on whose behalf the requests are sent.
    ///   - cause: decides whether a recently refused login is sent again.
    func verify(
        _ name: RepositoryName, with credential: Credential?, depth: VerificationDepth, registry: Registry, for requester: Requester,
        because cause: VerificationCause
    ) async -> VerificationOutcome

    /// The addresses of the registry's host, which show its private networks; empty if they are unknown.
    func addresses(of registry: Registry, for requester: Requester) async -> [IPAddress]
}

/// The reason for a verification.
package enum VerificationCause: Hashable, Sendable {
    /// A user requested it. A recently refused login is sent nevertheless.
    case request
    /// A background check. A recently refused login is held back.
    case schedule
    /// The registry refused the login of a pull or push some seconds ago; one more request confirms the refusal.
    case confirmation
}

package enum VerificationDepth: Hashable, Sendable {
    /// Requests `/v2/` without the credential.
    case reachability
    /// Reads from the repository.
    case pull
    /// Also starts an upload, and cancels it.
    case push
}

/// The result of a verification.
package struct VerificationOutcome: Hashable, Sendable {
    package var verdict: Verdict
    package var granted = Grants()
    /// Whether the registry uses TLS; nil if the verification did not show it.
    package var isSSL: Bool?
    /// The registry's token realm; nil if it demanded no token.
    package var realm: String?
    /// Whether the host sent any HTTP response.
    package var isReached: Bool
    /// Whether the registry demanded the credential, or a token for it.
    package var isAuthenticated: Bool
    /// Whether the registry refused the user name and password (401), and not only their use for this repository.
    package var isLoginRefused: Bool

    package init(
        verdict: Verdict, granted: Grants = Grants(), isSSL: Bool? = nil, realm: String? = nil, isReached: Bool = true,
        isAuthenticated: Bool = true, isLoginRefused: Bool = false
    ) {
        self.isLoginRefused = isLoginRefused
        self.isAuthenticated = isAuthenticated
        self.verdict = verdict
        self.granted = granted
        self.isSSL = isSSL
        self.realm = realm
        self.isReached = isReached
    }

    package enum Verdict: Hashable, Sendable {
        /// The credential can read the repository. `note` is a remark for the user.
        case accepted(note: String?)
        /// The credential is valid, but the repository does not exist yet.
        case absent
        /// The registry refuses the user name and password, or demands a login that the repository does not have.
        case refused(reason: String)
        /// The registry or its realm denies the right to pull from this repository (403, `insufficient_scope`) without refusing the login.
        case denied(reason: String)
        /// The registry responded to a request without the credential (``VerificationDepth/reachability``).
        case reachable
        /// The responses show nothing about the credential.
        case silent(reason: String)
        /// The registry's host name does not exist in the DNS, or has no address there.
        case unknownHost(reason: String)
        /// The registry uses an unsupported authentication scheme.
        case unspoken(reason: String)
        /// The verification needs a connection, or a host to send the credential to, that is not allowed. The reason says who can allow it.
        case forbidden(reason: String)
        /// A limit of this server was reached before the verification was complete.
        case limited(LimitReached)
    }
}

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
                if case .limited(let limit) = error { .limited(limit) } else { .silent(reason: "\(name.authority): \(error.reason)") }
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
