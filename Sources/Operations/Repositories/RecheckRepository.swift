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
        let action = action(.repositoryVerify, on: repository, started: started, by: caller)
        let attempt = try await begin(action)
        return try await carrying(attempt) {
            let response = try await requestVerification(
                of: repository, with: try await openCredential(of: repository, with: grant), grant: grant, depth: push ? .push : .pull,
                for: caller.requester, because: .request)
            let completed = action.ended(.success, nil, at: clock.now())
            let change = try await store.write(with: grant) { [schedule] writer in
                let change = try writer.changeVerification(of: repository) { response.verification(after: $0, planned: schedule) }
                guard let change else { throw StoreError.stale }
                try writer.save(response.finding)
                try writer.record(completed)
                try writer.makeOthersDue(after: change.recoveries, at: response.date)
                return change
            }
            note(change.recoveries)
            try await shareRefusal(response, of: change.after)
            return Recorded(value: change.after, action: completed)
        }
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
        if outcome.isServed { unreachableRegistries.end(repository.name.authority) }
        finding.outcome = outcome
        return RegistryResponse(finding: finding, outcome: outcome, date: clock.now())
    }
}
