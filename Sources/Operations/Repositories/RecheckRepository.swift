package import Domain
import FoundationEssentials
package import Naming
import RegistryClient
import Storage

extension Backend {
    /// Verifies a repository again on request, and returns it as it is stored afterwards. The use of its credential is recorded first.
    package func verifyAgain(
        _ name: RepositoryName, push: Bool, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Repository> {
        let started = clock.now()
        let grant = try await authorize(.verifyRepositories, on: name, in: namespace, by: caller)
        let repository = try await find(grant)
        try await begin(action(.repositoryVerify, on: repository, started: started, by: caller), by: caller)
        let answer = try await ask(
            about: repository, with: try await openCredential(of: repository, with: grant), grant: grant, depth: push ? .push : .pull,
            for: caller.requester, because: .request)
        let action = action(.repositoryVerify, on: repository, started: started, by: caller)
        let change = try await store.write(with: grant) { [schedule] writer in
            let change = try writer.changeVerification(of: repository) { answer.verification(after: $0, planned: schedule) }
            guard let change else { throw StoreError.stale }
            try writer.keep(answer.finding)
            try writer.record(action)
            try writer.makeOthersDue(after: change, at: answer.date)
            return change
        }
        try await shareRefusal(answer, of: change.after)
        return Recorded(value: change.after, action: action)
    }

    /// Asks the registry about a repository that is stored.
    func ask(
        about repository: Repository, with credential: Credential?, grant: some AccessGrant, depth: VerificationDepth,
        for requester: Requester,
        because cause: VerificationCause
    ) async throws -> RegistryAnswer {
        var finding = try await finding(on: repository.name.authority, with: grant)
        let outcome = await verifier.verify(
            repository.name, with: credential, depth: depth, registry: finding.registry, for: requester, because: cause)
        // A cancelled request looks like a registry that does not respond.
        try Task.checkCancellation()
        if case .limited(let limit) = outcome.verdict { throw RequestError(limit) }
        if outcome.isReached { silentRegistries.end(repository.name.authority) }
        finding.outcome = outcome
        return RegistryAnswer(finding: finding, outcome: outcome, date: clock.now())
    }
}

/// The response of a stored repository's registry.
struct RegistryAnswer: Sendable {
    let finding: RegistryFinding
    let outcome: VerificationOutcome
    let date: Date

    /// - Parameter silences: how often in a row the registry has given no response to other repositories' checks.
    func verification(after before: Verification, silences: Int = 0, planned schedule: VerificationSchedule) -> Verification {
        schedule.plan(verification(after: before), after: max(before.silences, silences), now: date)
    }

    func verification(after before: Verification) -> Verification {
        Verification(rechecking: before, outcome, of: finding.authority, at: date)
    }

    /// Whether the registry itself gave no response, whatever it was asked about.
    var isSilence: Bool {
        switch outcome.verdict {
        case .silent, .unknownHost: !outcome.isReached
        case .accepted, .absent, .refused, .denied, .reachable, .unspoken, .forbidden, .limited: false
        }
    }
}
