package import Domain
import NIOCore
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
    /// The failure of the registry that the responses show; nil if there is none, or if it concerns this repository only.
    package var failure: RegistryFailure?

    package init(
        verdict: Verdict, granted: Grants = Grants(), isSSL: Bool? = nil, realm: String? = nil, isReached: Bool = true,
        isAuthenticated: Bool = true, isLoginRefused: Bool = false, failure: RegistryFailure? = nil
    ) {
        self.failure = failure
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
        case refused(reason: ErrorText)
        /// The registry or its realm denies the right to pull from this repository (403, `insufficient_scope`) without refusing the login.
        case denied(reason: ErrorText)
        /// The registry responded to a request without the credential (``VerificationDepth/reachability``).
        case reachable
        /// The responses show nothing about the credential.
        case inconclusive(reason: ErrorText)
        /// The registry's host name does not exist in the DNS, or has no address there.
        case unknownHost(reason: ErrorText)
        /// The registry uses an unsupported authentication scheme.
        case unsupported(reason: ErrorText)
        /// The verification needs a connection, or a host to send the credential to, that is not allowed. The reason says who can allow it.
        case forbidden(reason: ErrorText)
        /// A limit of this server was reached before the verification was complete.
        case limited(LimitReached)
    }
}
