import Domain
import FoundationEssentials
import Naming
import RegistryClient

extension Verification {
    /// The state after another verification: a credential that was refused is rejected. The result of an earlier push check stays until push
    /// is checked again or the credential is refused.
    init(rechecking before: Verification, _ outcome: VerificationOutcome, of registry: RegistryAuthority, at date: Date) {
        var granted = outcome.granted
        if granted.push == .unknown { granted.push = before.granted.push }
        let isAccepted = before.isAccepted || outcome.isAuthenticated
        switch outcome.verdict {
        case .accepted(let note): self.init(state: .verified, reason: note, granted: granted, checked: date, isAccepted: isAccepted)
        case .absent:
            self.init(state: .absent, reason: Self.absence(at: registry), granted: granted, checked: date, isAccepted: isAccepted)
        case .refused(let reason), .forbidden(let reason): self.init(state: .rejected, reason: reason, checked: date)
        case .denied(let reason): self.init(denying: before, reason, at: date)
        case .reachable: self.init(reaching: registry, again: before, at: date)
        case .silent(let reason), .unknownHost(let reason): self.init(.unreachable, reason, keeping: before, at: date)
        case .unspoken(let reason): self.init(.unverified, reason, keeping: before, at: date)
        case .limited: self = before
        }
    }

    /// A response to a request without the credential explains neither a refusal nor why a credential could not be verified, and takes nothing
    /// back of what a registry allows everybody: those states stay.
    private init(reaching registry: RegistryAuthority, again before: Verification, at date: Date) {
        let isExplained =
            [.verified, .absent].contains(before.state) || before.reason != nil && [.rejected, .unverified].contains(before.state)
        self.init(
            isExplained ? before.state : .unverified, isExplained ? before.reason : Self.reachability(of: registry), keeping: before,
            at: date)
    }

    /// The right to pull is denied, as for a pull: the state stays. Only a state that says that nothing is known of the credential gets a reason.
    private init(denying before: Verification, _ reason: String, at date: Date) {
        switch before.state {
        case .verified, .absent, .rejected: self.init(before.state, before.reason, keeping: before, at: date)
        case .unreachable, .unverified: self.init(.unverified, reason, keeping: before, at: date)
        }
        granted.pull = .no
    }

    private init(_ state: State, _ reason: String?, keeping before: Verification, at date: Date) {
        self.init(state: state, reason: reason, granted: before.granted, checked: date, isAccepted: before.isAccepted)
    }
}
