package import Domain
package import Naming

/// A registry's refusal of a user name and password.
package struct LoginRefusal: Error, Hashable, Sendable {
    /// For users. That of a login that is held back lacks its subject, the registry or its realm, until ``withReason(_:)`` adds it.
    package var reason: ErrorText
    /// In seconds: the time after which the login is sent again; nil unless it is held back until then.
    package var retryAfter: Int?
    /// Whether the login was refused twice, some seconds apart.
    package var isConfirmed = false
    /// Whether the login itself is refused: for all repositories, as far as is known, and not for one only.
    package var isOfLogin = false
    /// Whether the login was not sent this time.
    package var isHeld = false

    package init(
        reason: ErrorText, retryAfter: Int? = nil, isConfirmed: Bool = false, isOfLogin: Bool = false, isHeld: Bool = false
    ) {
        self.reason = reason
        self.retryAfter = retryAfter
        self.isConfirmed = isConfirmed
        self.isOfLogin = isOfLogin
        self.isHeld = isHeld
    }
}

extension LoginRefusal {
    /// The same refusal with another text.
    func withReason(_ reason: ErrorText) -> LoginRefusal {
        var refusal = self
        refusal.reason = reason
        return refusal
    }
}

extension LoginRefusal? {
    /// The refusal of a login that was sent, with the registry's own message.
    func explained(by reason: ErrorText) -> LoginRefusal {
        var refusal = self ?? LoginRefusal(reason: reason)
        (refusal.reason, refusal.isHeld) = (reason, false)
        return refusal
    }
}

/// The reason for sending a login, which decides whether a recently refused one is held back.
package enum LoginCause: Hashable, Sendable {
    /// A pull, a push or a background check.
    case use
    /// A user requested a verification. This ends the hold.
    case request
    /// The server confirms the refusal of a pull or push.
    case confirmation
}

/// The purpose of a login. A registry may refuse a login for one repository, for pushes or for lists, and accept it for everything else.
package struct LoginUse: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        case pull
        /// A list of tags or referrers.
        case list
        /// More than a pull: the rights, or the scope of the token.
        case more(String)
    }

    let repository: RepositoryName
    let purpose: Purpose

    package init(_ purpose: Purpose = .pull, of repository: RepositoryName) {
        self.repository = repository
        self.purpose = purpose
    }

    /// The same use with the right to pull only.
    var pull: LoginUse { LoginUse(of: repository) }
}
