package import Naming

/// A registry's refusal of a user name and password.
package struct LoginRefusal: Error, Hashable, Sendable {
    /// A sentence for users that begins with the registry's name.
    package var reason: String
    /// In seconds: the time after which the login is sent again; nil unless it is held back until then.
    package var retryAfter: Int?
    /// Whether the login was refused twice, some seconds apart.
    package var isConfirmed = false
    /// Whether the login itself is refused: for all repositories, as far as is known, and not for one only.
    package var isOfLogin = false
    /// Whether the login was not sent this time.
    package var isHeld = false

    package init(
        reason: String, retryAfter: Int? = nil, isConfirmed: Bool = false, isOfLogin: Bool = false, isHeld: Bool = false
    ) {
        self.reason = reason
        self.retryAfter = retryAfter
        self.isConfirmed = isConfirmed
        self.isOfLogin = isOfLogin
        self.isHeld = isHeld
    }
}

extension LoginRefusal {
    /// - Parameter name: the subject of the sentence: the registry or its realm, with a space at its end.
    func prefixed(by name: String) -> LoginRefusal {
        var refusal = self
        refusal.reason = name + reason
        return refusal
    }
}

extension LoginRefusal? {
    /// The same refusal, with the registry's own message as its reason.
    func explained(by reason: String) -> LoginRefusal {
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
