import Domain
import FoundationEssentials
import Naming
import RegistryClient
import Storage

/// The result of verifying a stored repository.
struct RegistryResponse: Sendable {
    let finding: RegistryFinding
    let outcome: VerificationOutcome
    let date: Date
    /// Whether the verdict applies to the other repositories of the registry as well: it is unreachable, or it fails for all.
    var isOfRegistry: Bool

    init(finding: RegistryFinding, outcome: VerificationOutcome, date: Date) {
        (self.finding, self.outcome, self.date) = (finding, outcome, date)
        isOfRegistry = outcome.isUnreachable || outcome.failure?.isGeneral == true
    }

    /// - Parameter silences: how many consecutive checks of other repositories found the registry unreachable.
    func verification(after before: Verification, silences: Int = 0, planned schedule: VerificationSchedule) -> Verification {
        schedule.plan(verification(after: before), after: max(before.silences, silences), now: date, wait: outcome.wait(at: date))
    }

    func verification(after before: Verification) -> Verification {
        var verification = Verification(rechecking: before, outcome, of: finding.authority, at: date)
        guard [.rejected, .unreachable].contains(verification.state) else { return verification }
        if isOfRegistry || outcome.isLoginRefused {
            verification.stateBefore = before.resumableState
        } else if verification.state == before.state {
            verification.stateBefore = before.stateBefore
        }
        return verification
    }
}

extension VerificationOutcome {
    /// Whether the registry itself is unreachable, independent of the repository.
    fileprivate var isUnreachable: Bool {
        switch verdict {
        case .inconclusive, .unknownHost: !isReached
        case .accepted, .absent, .refused, .denied, .reachable, .unsupported, .forbidden, .limited: false
        }
    }

    /// The seconds after which the registry wants the next request; nil if it does not say. `Retry-After` has seconds or a date
    /// (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).
    func wait(at date: Date) -> TimeInterval? {
        guard let text = failure?.retryAfter else { return nil }
        if let seconds = Int(text) { return TimeInterval(max(0, seconds)) }
        return Date(httpDate: text).map { max(0, $0.timeIntervalSince(date)) }
    }
}

extension Date {
    /// - Parameter text: such as `Sun, 06 Nov 1994 08:49:37 GMT` (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7).
    fileprivate init?(httpDate text: String) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: parts[2]) else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        guard let date = try? Date("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z", strategy: .iso8601) else { return nil }
        self = date
    }
}

extension Verification {
    /// The verification after a recheck. A refused credential is rejected. The result of an earlier push check remains until push is
    /// checked again or the credential is refused.
    init(rechecking before: Verification, _ outcome: VerificationOutcome, of registry: RegistryAuthority, at date: Date) {
        var granted = outcome.granted
        if granted.push == .unknown { granted.push = before.granted.push }
        let isAccepted = before.isAccepted || outcome.isAuthenticated
        switch outcome.verdict {
        case .accepted(let note): self.init(state: .verified, reason: note, granted: granted, checked: date, isAccepted: isAccepted)
        case .absent:
            self.init(state: .absent, reason: Self.absence(at: registry), granted: granted, checked: date, isAccepted: isAccepted)
        case .refused(let reason): self.init(state: .rejected, reason: Self.rejection(reason), checked: date)
        case .forbidden(let reason): self.init(state: .rejected, reason: reason.sentences(), checked: date)
        case .denied(let reason): self.init(denying: before, reason.sentences(advice: Self.adviceOnDenial), at: date)
        case .reachable: self.init(reaching: registry, again: before, at: date)
        case .inconclusive(let reason), .unknownHost(let reason): self.init(.unreachable, reason.sentences(), keeping: before, at: date)
        case .unsupported(let reason): self.init(.unverified, reason.sentences(), keeping: before, at: date)
        case .limited: self = before
        }
    }

    /// A request without the credential cannot resolve an earlier refusal or an unsupported scheme, and does not contradict public access,
    /// so those states are unchanged.
    private init(reaching registry: RegistryAuthority, again before: Verification, at date: Date) {
        let isExplained =
            [.verified, .absent].contains(before.state) || before.reason != nil && [.rejected, .unverified].contains(before.state)
        self.init(
            isExplained ? before.state : .unverified, isExplained ? before.reason : Self.reachability(of: registry), keeping: before,
            at: date)
    }

    /// The registry denies pulling, but not the login, so the state is unchanged. Only a state that says nothing about the credential gets
    /// the reason.
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
