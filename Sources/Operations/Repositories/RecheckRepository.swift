package import Domain
import FoundationEssentials
package import Naming
import RegistryClient
import Storage

extension Backend {
    /// Verifies a repository again on request, and returns it as stored. The use of its credential is recorded first.
    package func verifyAgain(
        _ name: RepositoryName, push: Bool, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Repository> {
        let started = clock.now()
        let grant = try await authorize(.verifyRepositories, on: name, in: namespace, by: caller)
        let repository = try await find(grant)
        try await begin(action(.repositoryVerify, on: repository, started: started, by: caller), by: caller)
        let response = try await requestVerification(
            of: repository, with: try await openCredential(of: repository, with: grant), grant: grant, depth: push ? .push : .pull,
            for: caller.requester, because: .request)
        let action = action(.repositoryVerify, on: repository, started: started, by: caller)
        let change = try await store.write(with: grant) { [schedule] writer in
            let change = try writer.changeVerification(of: repository) { response.verification(after: $0, planned: schedule) }
            guard let change else { throw StoreError.stale }
            try writer.save(response.finding)
            try writer.record(action)
            try writer.makeOthersDue(after: change, at: response.date)
            return change
        }
        noteRecovery(after: change)
        try await shareRefusal(response, of: change.after)
        return Recorded(value: change.after, action: action)
    }

    /// Verifies a stored repository with its registry.
    func requestVerification(
        of repository: Repository, with credential: Credential?, grant: some AccessGrant, depth: VerificationDepth,
        for requester: Requester,
        because cause: VerificationCause
    ) async throws -> RegistryResponse {
        var finding = try await finding(on: repository.name.authority, with: grant)
        let outcome = await verifier.verify(
            repository.name, with: credential, depth: depth, registry: finding.registry, for: requester, because: cause)
        // A cancelled request looks like an unreachable registry.
        try Task.checkCancellation()
        if case .limited(let limit) = outcome.verdict { throw RequestError(limit) }
        if outcome.isReached { unreachableRegistries.end(repository.name.authority) }
        finding.outcome = outcome
        return RegistryResponse(finding: finding, outcome: outcome, date: clock.now())
    }
}

/// The result of verifying a stored repository.
struct RegistryResponse: Sendable {
    let finding: RegistryFinding
    let outcome: VerificationOutcome
    let date: Date

    /// - Parameter silences: how many consecutive checks of other repositories found the registry unreachable.
    func verification(after before: Verification, silences: Int = 0, planned schedule: VerificationSchedule) -> Verification {
        schedule.plan(verification(after: before), after: max(before.silences, silences), now: date)
    }

    func verification(after before: Verification) -> Verification {
        var verification = Verification(rechecking: before, outcome, of: finding.authority, at: date)
        guard [.rejected, .unreachable].contains(verification.state) else { return verification }
        if isUnreachable || outcome.isLoginRefused {
            verification.stateBefore = before.resumableState
        } else if verification.state == before.state {
            verification.stateBefore = before.stateBefore
        }
        return verification
    }

    /// Whether the registry itself is unreachable, independent of the repository.
    var isUnreachable: Bool {
        switch outcome.verdict {
        case .silent, .unknownHost: !outcome.isReached
        case .accepted, .absent, .refused, .denied, .reachable, .unspoken, .forbidden, .limited: false
        }
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
        case .refused(let reason), .forbidden(let reason): self.init(state: .rejected, reason: reason, checked: date)
        case .denied(let reason): self.init(denying: before, reason, at: date)
        case .reachable: self.init(reaching: registry, again: before, at: date)
        case .silent(let reason), .unknownHost(let reason): self.init(.unreachable, reason, keeping: before, at: date)
        case .unspoken(let reason): self.init(.unverified, reason, keeping: before, at: date)
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
