package import Domain
import FoundationEssentials
package import Naming
import RegistryClient
import Storage

extension Backend {
    /// Verifies a repository again because somebody asks for it, and gives it back as it now stands. That its credential is
    /// used is recorded before it is.
    package func verifyAgain(
        _ name: RepositoryName, push: Bool, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Repository> {
        let started = clock.now()
        let namespace = try await authorize(.verifyRepositories, on: name, in: namespace, by: caller)
        let repository = try await find(name, in: namespace)
        try await begin(action(.repositoryVerify, on: repository, started: started, by: caller), by: caller)
        let checked = try await recheck(repository, depth: push ? .push : .pull, for: caller.requester)
        let action = action(.repositoryVerify, on: repository, started: started, by: caller)
        return Recorded(value: try await keep(checked, recordedAs: action), action: action)
    }

    /// Verifies a repository again because its time has come. Only a change of its state is recorded.
    ///
    /// Stores the start first. If the store cannot be written, no credential is used. If the process ends during the check, the check is repeated
    /// hours later.
    package func verifyInTheBackground(_ repository: Repository) async throws {
        let started = clock.now()
        var begun = repository
        begun.verification = schedule.begin(repository.verification, now: started)
        do {
            _ = try await keep(Checked(repository: begun, finding: nil), recordedAs: nil)
            do {
                let checked = try await recheck(repository, depth: .pull, for: .background)
                let isChanged = checked.repository.verification.state != repository.verification.state
                _ = try await keep(checked, recordedAs: isChanged ? background(repository, started: started) : nil)
                counters.verifiedAgain(checked.repository.verification.state)
            } catch {
                try await putOff(repository, after: error)
                throw error
            }
        } catch StoreError.stale {
            // It was updated or removed meanwhile, which is newer than what was found out.
        }
    }

    /// A check that fails is put off: one that fails each time, as where a credential cannot be opened, must not stand in front of all others.
    /// A cancelled check keeps its due time, and is repeated after the next start.
    private func putOff(_ repository: Repository, after error: any Error) async throws {
        var later = repository
        if !(error is CancellationError) {
            later.verification = schedule.postpone(repository.verification, after: repository.verification.silences, now: clock.now())
            // A limit of this server says nothing of the registry.
            if case Fault.busy = error { later.verification.silences = repository.verification.silences }
        }
        // The task may be cancelled, and the store would not write for it.
        try await Task { [later] in _ = try await keep(Checked(repository: later, finding: nil), recordedAs: nil) }.value
    }

    /// Ends the background checks that an earlier process has begun and not ended. Their repositories are checked again when ``VerificationSchedule``
    /// planned it as they began.
    ///
    /// - Returns: those repositories, at most `limit`; it is to be called again where there are as many.
    package func endInterruptedChecks(limit: Int) async throws -> [Repository] {
        let now = clock.now()
        return try await store.write { writer in
            let interrupted = try writer.repositories(withChecksBegunBefore: now, limit: limit)
            for var repository in interrupted {
                repository.verification.begun = nil
                try writer.update(repository)
            }
            return interrupted
        }
    }

    private func background(_ repository: Repository, started: Date) -> Action {
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman")
        return Action(
            id: makeID(), namespace: repository.namespace, kind: .repositoryVerify, object: .repository(repository.name),
            state: .success, started: started, ended: clock.now(), origin: origin)
    }

    private struct Checked {
        var repository: Repository
        var finding: RegistryFinding?
    }

    /// The repositories whose time has come, the longest overdue first, but for those on these registries.
    package func repositoriesToVerify(except registries: Set<RegistryAuthority> = [], limit: Int) async throws -> [Repository] {
        let now = clock.now()
        return try await store.read { try $0.repositories(dueAt: now, except: registries, limit: limit) }
    }

    private func recheck(_ repository: Repository, depth: VerificationDepth, for requester: Requester) async throws -> Checked {
        let credential = try await openCredential(of: repository)
        var finding = try await finding(on: repository.name.authority)
        let cause: VerificationCause = requester == .background ? .schedule : .request
        let outcome = await verifier.verify(
            repository.name, with: credential, depth: depth, registry: finding.registry, for: requester, because: cause)
        // A question that was broken off looks like a registry that is silent.
        try Task.checkCancellation()
        if case .limited(let limit) = outcome.verdict { throw Fault(limit) }
        finding.outcome = outcome
        var checked = repository
        let verification = Verification(rechecking: repository.verification, outcome, at: clock.now())
        checked.verification = schedule.plan(verification, after: repository.verification.silences, now: clock.now())
        return Checked(repository: checked, finding: finding)
    }

    private func keep(_ checked: Checked, recordedAs action: Action?) async throws -> Repository {
        try await store.write { writer in
            let repository = checked.repository
            let current = try writer.repository(repository.name, in: repository.namespace)
            // An update may leave a public repository as public as it was: then its date alone tells.
            guard let current, current.id == repository.id, current.credential == repository.credential,
                current.modified == repository.modified
            else { throw StoreError.stale }
            if let finding = checked.finding { try writer.keep(finding) }
            try writer.update(repository)
            if let action { try writer.record(action) }
            return try writer.repository(repository.name, in: repository.namespace) ?? repository
        }
    }
}

extension Verification {
    /// What is known after another try: a credential that was refused is rejected, and what an earlier push has shown stays
    /// known until a push is tried again or the credential is refused.
    init(rechecking before: Verification, _ outcome: VerificationOutcome, at date: Date) {
        var granted = outcome.granted
        if granted.push == .unknown { granted.push = before.granted.push }
        switch outcome.verdict {
        case .accepted(let note): self.init(state: .verified, reason: note, granted: granted, checked: date)
        case .absent: self.init(state: .absent, reason: Self.absence, granted: granted, checked: date)
        case .refused(let reason), .forbidden(let reason): self.init(state: .rejected, reason: reason, checked: date)
        case .silent(let reason), .unknownHost(let reason):
            self.init(state: .unreachable, reason: reason, granted: before.granted, checked: date)
        case .reachable: self.init(state: .unverified, granted: before.granted, checked: date)
        case .unspoken(let reason): self.init(state: .unverified, reason: reason, granted: before.granted, checked: date)
        case .limited: self = before
        }
    }

    static let absence = "There is no such repository yet: the first push makes it"
}
