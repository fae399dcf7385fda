package import Domain
import FoundationEssentials
package import Naming
import RegistryClient
import Storage

extension Backend {
    /// The repositories that are due, except those on some registries. The other registries take turns, and at each of them the namespaces.
    /// Repositories scheduled too far ahead are due as well, since the clock was set back.
    ///
    /// - Parameter turn: the number of the query, so that the next one continues with other registries and namespaces.
    package func repositoriesToVerify(
        except registries: Set<RegistryAuthority> = [], turn: Int = 0, limit: Int
    ) async throws -> [Repository] {
        let now = clock.now()
        return try await store.read(with: ServerGrant.background) { reader in
            let due = try reader.repositories(dueAt: now, except: registries, turn: turn, limit: limit)
            guard due.count < limit else { return due }
            return try due + reader.repositories(plannedAfter: now + VerificationSchedule.horizon, limit: limit - due.count)
        }
    }

    /// Verifies a repository that is due. Only a change of its state is recorded. The result is discarded if another verification finished
    /// meanwhile.
    ///
    /// Stores the start first. If the store cannot be written, no credential is used. If the process ends during the check, the check is
    /// repeated hours later.
    ///
    /// - Returns: whether the registry is unreachable, now or since a short time ago, which applies to its other repositories as well.
    @discardableResult
    package func verifyInTheBackground(_ repository: Repository) async throws -> Bool {
        let started = clock.now()
        if try await shareUnreachability(with: repository, at: started) { return true }
        let (checked, due) = (repository.verification.checked, repository.verification.due)
        // Another repository with the same login may have postponed this one.
        guard let before = try await startCheck(of: repository, where: { $0.checked == checked && $0.due == due }) else { return false }
        try await finishing(before) {
            let response = judged(try await requestInTheBackground(of: before), of: before)
            try await finishCheck(of: before, with: response, started: started)
            try await shareRefusal(response, of: before)
        } orElse: { current, error in
            error is CancellationError ? current.resumed(as: before.verification) : postponed(current, after: error)
        }
        return unreachableRegistries[repository.name.authority]?.covers(clock.now()) ?? false
    }

    /// Postpones a failed check, so that one that always fails, such as for a credential that cannot be opened, does not delay all others.
    private func postponed(_ verification: Verification, after error: any Error) -> Verification {
        var later = schedule.postpone(verification, after: verification.silences, now: clock.now())
        // A limit of this server proves nothing about the registry.
        if case RequestError.busy = error { later.silences = verification.silences }
        return later
    }

    /// A credential that the registry never accepted is not sent in the background: the host name may be mistyped, and be registered by a
    /// stranger later. One that the registry refuses since is sent for one of its repositories.
    private func requestInTheBackground(of repository: Repository) async throws -> RegistryResponse {
        let isRetried = repository.verification.state == .rejected && repository.verification.resumableState != nil
        let isWithheld = repository.credential != nil && !repository.verification.isAccepted && !isRetried
        let credential = isWithheld ? nil : try await openCredential(of: repository, with: ServerGrant.background)
        if let credential { try await markLogin(credential, of: repository) }
        if isRetried { try await postponeOthers(rejectedWith: repository) }
        return try await requestVerification(
            of: repository, with: credential, grant: ServerGrant.background, depth: isWithheld ? .reachability : .pull, for: .background,
            because: .schedule)
    }

    /// Closes the background checks that an earlier process left open. Their repositories are checked again at the time that
    /// ``VerificationSchedule`` set when the checks started.
    ///
    /// - Returns: those repositories, at most `limit`. Call it again if it returns that many.
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

/// The first and last steps of every background verification. They change nothing if the repository was removed or updated meanwhile.
extension Backend {
    /// Stores the start of a check.
    ///
    /// - Returns: the repository before the check; nil if it was removed or updated since it was read, or if `isWanted` is false.
    func startCheck(
        of repository: Repository, where isWanted: @escaping @Sendable (Verification) -> Bool
    ) async throws -> Repository? {
        let now = clock.now()
        return try await store.write(with: ServerGrant.background) { [schedule] writer in
            let change = try writer.changeVerification(of: repository) { isWanted($0) ? schedule.begin($0, now: now) : nil }
            guard let change else { return nil }
            var before = change.after
            before.verification = change.before
            return before
        }
    }

    /// Stores the result of a check, and records a change of the state. It is discarded if another verification finished meanwhile.
    ///
    /// - Parameter before: the repository before the check.
    func finishCheck(of before: Repository, with response: RegistryResponse, started: Date) async throws {
        let action = background(before, started: started)
        let silences = unreachableRegistries[before.name.authority]?.count ?? 0
        let change: VerificationChange? = try await store.write(with: ServerGrant.background) { [schedule] writer in
            let change = try writer.changeVerification(of: before) { current in
                guard current.checked == before.verification.checked else { return nil }
                return response.verification(after: current, silences: silences, planned: schedule)
            }
            guard let change else { return nil }
            try writer.save(response.finding)
            if change.isOfState { try writer.record(action) }
            try writer.makeOthersDue(after: change.recoveries, at: response.date)
            return change
        }
        guard let change else { return }
        counters.verifiedAgain(change.after.verification.state)
        note(change.recoveries)
        try await shareUnreachability(response, of: change.after)
    }

    /// Closes an inconclusive check: stores the result of `planned` for the stored verification.
    func closeCheck(of before: Repository, _ planned: @escaping @Sendable (Verification) -> Verification) async throws {
        // The store does not write for a cancelled task, and this task may be cancelled.
        try await Task {
            try await store.write(with: ServerGrant.background) { writer in
                _ = try writer.changeVerification(of: before) { current in
                    current.checked == before.verification.checked ? planned(current) : nil
                }
            }
        }.value
    }

    /// Runs the body of a started check, and closes the check if the body fails.
    func finishing(
        _ before: Repository, _ body: () async throws -> Void,
        orElse planned: @escaping @Sendable (_ current: Verification, _ error: any Error) -> Verification
    ) async throws {
        do {
            try await body()
        } catch {
            try await closeCheck(of: before) { planned($0, error) }
            // The credential was replaced or removed meanwhile, which takes precedence over the check.
            guard error as? StoreError == .stale else { throw error }
        }
    }

    /// The action of a change of state that the server itself found.
    func background(_ repository: Repository, started: Date) -> Action {
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman")
        return Action(
            id: makeID(), namespace: repository.namespace, kind: .repositoryVerify, object: .repository(repository.name),
            state: .success, started: started, ended: clock.now(), origin: origin)
    }
}

extension Verification {
    /// The same verification, with the due date from before the check.
    func resumed(as before: Verification) -> Verification {
        var resumed = self
        (resumed.due, resumed.begun) = (before.due, nil)
        return resumed
    }
}
