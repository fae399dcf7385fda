package import FoundationEssentials

/// What is known of a repository's credential, from trying it on that very repository.
package struct Verification: Hashable, Sendable {
    package var state: State
    /// Why the state is what it is, in a sentence; nil where the state says it all.
    package var reason: String?
    package var granted: Grants
    /// When the registry was last asked; nil where it never was.
    package var checked: Date?
    /// When it is to be asked again; nil for never.
    package var due: Date?
    /// How often in a row it gave no answer.
    package var silences: Int
    /// Start of the running background check; nil if none runs. A start before the process started marks an interrupted check.
    package var begun: Date?
    /// Whether the registry has accepted this version of the credential at least once.
    package var isAccepted: Bool

    package init(
        state: State, reason: String? = nil, granted: Grants = Grants(), checked: Date? = nil, due: Date? = nil, silences: Int = 0,
        begun: Date? = nil, isAccepted: Bool = false
    ) {
        self.state = state
        self.reason = reason
        self.granted = granted
        self.checked = checked
        self.due = due
        self.silences = silences
        self.begun = begun
        self.isAccepted = isAccepted
    }

    package enum State: String, Hashable, Sendable, CaseIterable {
        /// The registry accepted the credential for this repository.
        case verified = "Verified"
        /// The registry accepted the credential and has no such repository yet; the first push creates it.
        case absent = "Absent"
        /// The registry refused the credential when it was tried again.
        case rejected = "Rejected"
        /// The registry gave no answer that says anything of the credential.
        case unreachable = "Unreachable"
        /// The registry was not asked, or asked in a way that the server does not speak.
        case unverified = "Unverified"
    }
}

/// What a credential may do on a repository, as far as a real call has shown it.
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
