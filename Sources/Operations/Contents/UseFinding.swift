import Domain
import FoundationEssentials

/// A conclusion from the registry's response to a use.
enum UseFinding: Hashable, Sendable {
    /// - isAuthenticated: whether the registry accepted the credential for it.
    case success(ContentUse, isAuthenticated: Bool = true)
    case denied(ContentUse)
    /// The registry refused the login, and once more some seconds later.
    case refusedLogin(reason: String)

    /// The verification with the finding, not planned anew; the same one where the finding adds nothing.
    ///
    /// - Parameter hasCredential: whether the repository is used with a credential.
    func applied(to before: Verification, hasCredential: Bool, at now: Date) -> Verification {
        var after = before
        switch self {
        case .success(let use, let isAuthenticated):
            (after.state, after.isAccepted) = (.verified, before.isAccepted || hasCredential && isAuthenticated)
            after.granted.set(.yes, for: use)
            guard after != before else { return before }
            (after.reason, after.checked) = (nil, now)
        case .denied(let use):
            after.granted.set(.no, for: use)
        case .refusedLogin(let reason):
            (after.state, after.reason, after.granted, after.isAccepted) = (.rejected, reason, Grants(), false)
            guard after != before else { return before }
            after.checked = now
        }
        return after
    }
}

extension Grants {
    /// Deletion has no grant.
    fileprivate mutating func set(_ grant: Grant, for use: ContentUse) {
        switch use {
        case .pull: pull = grant
        case .push: push = grant
        case .delete: break
        }
    }
}
