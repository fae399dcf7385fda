/// A registry's refusal of a user name and password.
package struct LoginRefusal: Error, Hashable, Sendable {
    /// A sentence for people that begins with the registry's name.
    package var reason: String
    /// In seconds: the time after which the login is sent again; nil unless it is held back by then.
    package var retryAfter: Int?
    /// Whether the login was refused twice, some seconds apart.
    package var isConfirmed = false
    /// Whether the login is refused for all repositories, as far as is known, and not for one only.
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
    /// The same hold, if any, with the registry's own words.
    func explained(by reason: String) -> LoginRefusal {
        var refusal = self ?? LoginRefusal(reason: reason)
        (refusal.reason, refusal.isHeld) = (reason, false)
        return refusal
    }
}

/// The reason for sending a login, which decides whether one that was refused lately is held back.
package enum LoginCause: Hashable, Sendable {
    /// A pull, a push or a background check.
    case use
    /// Somebody asked for a verification. This ends the hold.
    case request
    /// The server confirms a refusal that a pull or push found.
    case confirmation
}
