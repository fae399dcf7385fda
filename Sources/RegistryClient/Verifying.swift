package import Domain
package import Naming

/// Tries a credential on a repository.
package protocol Verifying: Sendable {
    /// - Parameters:
    ///   - registry: what is known of the registry that the repository is on, and what it is allowed.
    ///   - requester: on whose behalf.
    func verify(
        _ name: RepositoryName, with credential: Credential?, depth: VerificationDepth, registry: Registry, for requester: Requester
    ) async -> VerificationOutcome
}

package enum VerificationDepth: Hashable, Sendable {
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

    package init(verdict: Verdict, granted: Grants = Grants(), isSSL: Bool? = nil, realm: String? = nil) {
        self.verdict = verdict
        self.granted = granted
        self.isSSL = isSSL
        self.realm = realm
    }

    package enum Verdict: Hashable, Sendable {
        /// The repository can be read with it. `note` says what a person should know all the same.
        case accepted(note: String?)
        /// The credential is fine, and there is no such repository yet.
        case absent
        case refused(reason: String)
        /// Nothing that was answered says anything of the credential.
        case silent(reason: String)
        /// The registry wants to be asked in a way that is not spoken here.
        case unspoken(reason: String)
        /// Asking it would be a connection, or the sending of a credential, that nobody allowed. The reason says who may.
        case forbidden(reason: String)
        /// Nothing was asked, or not all: a limit of this server's was reached.
        case limited(LimitReached)
    }
}
