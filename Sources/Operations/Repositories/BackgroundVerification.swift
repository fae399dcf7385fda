package import Domain
import FoundationEssentials
package import Naming
import RegistryClient
import Storage

extension Backend {
    /// The repositories that are due, without those on some registries; the other registries take turns. Those that are planned too far ahead
    /// are due as well: the clock was set back.
    package func repositoriesToVerify(except registries: Set<RegistryAuthority> = [], limit: Int) async throws -> [Repository] {
        let now = clock.now()
        return try await store.read(with: ServerGrant.background) { reader in
            let due = try reader.repositories(dueAt: now, except: registries, limit: limit)
            guard due.count < limit else { return due }
            return try due + reader.repositories(plannedAfter: now + VerificationSchedule.horizon, limit: limit - due.count)
        }
    }

    /// Verifies a repository that is due. Only a change of its state is recorded, and a verification that ended meanwhile is newer.
    ///
    /// Stores the start first. If the store cannot be written, no credential is used. If the process ends during the check, the check is repeated
    /// hours later.
    ///
    /// - Returns: whether the registry gave no response, now or a short time ago: then that holds for its other repositories as well.
    @discardableResult
    package func verifyInTheBackground(_ repository: Repository) async throws -> Bool {
        let started = clock.now()
        if try await shareSilence(with: repository, at: started) { return true }
        let checked = repository.verification.checked
        guard let before = try await beginCheck(of: repository, where: { $0.checked == checked }) else { return false }
        try await finishing(before) {
            let answer = try await askInTheBackground(about: before)
            try await endCheck(of: before, with: answer, started: started)
            try await shareRefusal(answer, of: before)
        } orElse: { current, error in
            error is CancellationError ? current.resumed(as: before.verification) : postponed(current, after: error)
        }
        return silentRegistries[repository.name.authority]?.covers(clock.now()) ?? false
    }

    /// Postpones a check that failed: one that fails each time, as where a credential cannot be opened, must not delay all others.
    private func postponed(_ verification: Verification, after error: any Error) -> Verification {
        var later = schedule.postpone(verification, after: verification.silences, now: clock.now())
        // A limit of this server says nothing of the registry.
        if case RequestError.busy = error { later.silences = verification.silences }
        return later
    }

    /// A credential that the registry never accepted is not sent unasked: the host name may be mistyped, and belong to a stranger later.
    private func askInTheBackground(about repository: Repository) async throws -> RegistryAnswer {
        let isWithheld = repository.credential != nil && !repository.verification.isAccepted
        let credential = isWithheld ? nil : try await openCredential(of: repository, with: ServerGrant.background)
        if let credential { try await markLogin(credential, of: repository) }
        return try await ask(
            about: repository, with: credential, grant: ServerGrant.background, depth: isWithheld ? .reachability : .pull, for: .background,
            because: .schedule)
    }

    /// Ends the background checks that an earlier process has begun and not ended. Their repositories are checked again when ``VerificationSchedule``
    /// planned it as they began.
    ///
    /// - Returns: those repositories, at most `limit`; it is to be called again where there are as many.
    package func endInterruptedChecks(limit: Int) async throws -> [Repository] {
        let now = clock.now()
        return try await store.write(with: ServerGrant.background) { writer in
            let interrupted = try writer.repositories(withChecksBegunBefore: now, limit: limit)
            for var repository in interrupted {
                repository.verification.begun = nil
                try writer.update(repository)
            }
            return interrupted
        }
    }
}
