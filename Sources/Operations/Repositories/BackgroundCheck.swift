import Domain
import FoundationEssentials
import Naming
import Storage

/// The first and last steps of every verification without a caller. Each of these changes nothing if the repository was removed or updated meanwhile.
extension Backend {
    /// Stores that a check begins.
    ///
    /// - Returns: the repository as it was before; nil where it was removed or updated since it was read, or is not wanted.
    func beginCheck(
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

    /// Stores the answer of a check, and records a change of the state. A verification that ended meanwhile is newer.
    ///
    /// - Parameter before: the repository before the check.
    func endCheck(of before: Repository, with answer: RegistryAnswer, started: Date) async throws {
        let action = background(before, started: started)
        let silences = silentRegistries[before.name.authority]?.count ?? 0
        let changed: Repository? = try await store.write(with: ServerGrant.background) { [schedule] writer in
            let change = try writer.changeVerification(of: before) { current in
                guard current.checked == before.verification.checked else { return nil }
                return answer.verification(after: current, silences: silences, planned: schedule)
            }
            guard let change else { return nil }
            try writer.keep(answer.finding)
            if change.isOfState { try writer.record(action) }
            try writer.makeOthersDue(after: change, at: answer.date)
            return change.after
        }
        guard let changed else { return }
        counters.verifiedAgain(changed.verification.state)
        try await shareSilence(answer, of: changed)
    }

    /// Ends a check that has shown nothing: stores what `planned` returns for the verification that is stored now.
    func leaveCheck(of before: Repository, _ planned: @escaping @Sendable (Verification) -> Verification) async throws {
        // The task may be cancelled, and the store would not write for it.
        try await Task {
            try await store.write(with: ServerGrant.background) { writer in
                _ = try writer.changeVerification(of: before) { current in
                    current.checked == before.verification.checked ? planned(current) : nil
                }
            }
        }.value
    }

    /// Runs the body of a check that has begun, and ends the check if the body fails.
    func finishing(
        _ before: Repository, _ body: () async throws -> Void,
        orElse planned: @escaping @Sendable (_ current: Verification, _ error: any Error) -> Verification
    ) async throws {
        do {
            try await body()
        } catch {
            try await leaveCheck(of: before) { planned($0, error) }
            // The credential was replaced or removed meanwhile, which is newer than the check.
            guard error as? StoreError == .stale else { throw error }
        }
    }

    /// The action of a change of state that nobody asked for.
    func background(_ repository: Repository, started: Date) -> Action {
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman")
        return Action(
            id: makeID(), namespace: repository.namespace, kind: .repositoryVerify, object: .repository(repository.name),
            state: .success, started: started, ended: clock.now(), origin: origin)
    }
}

extension Verification {
    /// The same verification, due again when it was before a check began.
    func resumed(as before: Verification) -> Verification {
        var resumed = self
        (resumed.due, resumed.begun) = (before.due, nil)
        return resumed
    }
}
