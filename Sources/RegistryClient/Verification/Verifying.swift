package import Domain
package import Naming

/// Tries a credential on a repository.
package protocol Verifying: Sendable {
    /// - Parameters:
    ///   - registry: what is known of the registry that the repository is on, and what it is allowed.
    ///   - requester: on whose behalf.
    ///   - cause: decides whether a login that was refused lately is sent again.
    func verify(
        _ name: RepositoryName, with credential: Credential?, depth: VerificationDepth, registry: Registry, for requester: Requester,
        because cause: VerificationCause
    ) async -> VerificationOutcome

    /// The addresses of the registry's host, to find out which private networks it is in; none where they are not known.
    func addresses(of registry: Registry, for requester: Requester) async -> [IPAddress]
}

/// The reason for a verification.
package enum VerificationCause: Hashable, Sendable {
    /// Somebody asked for it. A login that was refused lately is sent all the same.
    case request
    /// A background check. A login that was refused lately is held back.
    case schedule
    /// The registry refused the login of a pull or push some seconds ago, and is asked once more.
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

/// What trying a credential has shown.
package struct VerificationOutcome: Hashable, Sendable {
    package var verdict: Verdict
    package var granted = Grants()
    /// Whether the registry speaks TLS, where this contact has shown it.
    package var isSSL: Bool?
    /// The URL that the registry had its token made at, where it asked for one.
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
        /// The repository can be read with it. `note` says what a person should know all the same.
        case accepted(note: String?)
        /// The credential is fine, and there is no such repository yet.
        case absent
        /// The registry refuses the user name and password, or demands a login that the repository does not have.
        case refused(reason: String)
        /// The registry or its realm denies the right to pull from this repository (403, `insufficient_scope`), which is no refusal of the login.
        case denied(reason: String)
        /// The registry responded to a request without the credential (``VerificationDepth/reachability``).
        case reachable
        /// Nothing that was answered says anything of the credential.
        case silent(reason: String)
        /// The registry's host name does not exist in the DNS, or has no address there.
        case unknownHost(reason: String)
        /// The registry wants to be asked in a way that is not spoken here.
        case unspoken(reason: String)
        /// Asking it would be a connection, or the sending of a credential, that nobody allowed. The reason says who may.
        case forbidden(reason: String)
        /// Nothing was asked, or not all: a limit of this server's was reached.
        case limited(LimitReached)
    }
}
