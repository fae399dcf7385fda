package import FoundationEssentials

/// The result of verifying a repository's credential with that repository.
package struct Verification: Hashable, Sendable {
    package var state: State
    /// A human-readable reason for the state; nil if the state needs none.
    package var reason: String?
    package var granted: Grants
    /// The date of the last verification; nil if there was none.
    package var checked: Date?
    /// The date of the next verification; nil for never.
    package var due: Date?
    /// The number of consecutive unreachable results.
    package var silences: Int
    /// The start of the running background check; nil if none runs. A date before the start of the process marks an interrupted check.
    package var begun: Date?
    /// Whether the registry has accepted this version of the credential at least once.
    package var isAccepted: Bool
    /// The state before the registry became unreachable or refused the login, which it has again when that ends; nil if there is none.
    package var stateBefore: State?

    package init(
        state: State, reason: String? = nil, granted: Grants = Grants(), checked: Date? = nil, due: Date? = nil, silences: Int = 0,
        begun: Date? = nil, isAccepted: Bool = false, stateBefore: State? = nil
    ) {
        self.state = state
        self.reason = reason
        self.granted = granted
        self.checked = checked
        self.due = due
        self.silences = silences
        self.begun = begun
        self.isAccepted = isAccepted
        self.stateBefore = stateBefore
    }

    /// Whether the last check got no response, or there was none, so that the registry may not respond to the next one either. The store
    /// has the same condition.
    package var isSilent: Bool { silences > 0 || state == .unreachable || state == .unverified }

    package enum State: String, Hashable, Sendable, CaseIterable {
        /// The registry accepted the credential for this repository.
        case verified = "Verified"
        /// The registry accepted the credential but has no such repository yet; the first push creates it.
        case absent = "Absent"
        /// The registry refused the credential in a later verification.
        case rejected = "Rejected"
        /// The registry did not respond, or its response says nothing about the credential.
        case unreachable = "Unreachable"
        /// The registry was not requested, or it uses an unsupported authentication scheme.
        case unverified = "Unverified"
    }
}

/// The rights of a credential to a repository, as far as requests have shown them.
package struct Grants: Hashable, Sendable {
    package var pull: Grant
    package var push: Grant

    package init(pull: Grant = .unknown, push: Grant = .unknown) {
        self.pull = pull
        self.push = push
    }
}

package enum Grant: String, Hashable, Sendable, CaseIterable {
    case yes, no, unknown
}
