package import Domain
package import Naming
import Storage

extension Backend {
    /// Replaces the credential of a repository, after the new one was tried on it. Where that fails, the old one is kept.
    ///
    /// - Parameter newName: the name that the request carries; a repository cannot be renamed.
    package func updateRepository(
        _ name: RepositoryName, with input: CredentialInput, newName: RepositoryName?, in namespace: NamespaceName?,
        verify requested: RequestedVerification, by caller: Caller
    ) async throws -> Recorded<Repository> {
        let started = clock.now()
        let grant = try await authorize(.writeRepositories, on: name, in: namespace, by: caller)
        let change = try input.change()
        let repository = try await find(grant)
        guard newName == nil || newName == name else {
            throw RequestError.invalid("A repository cannot be renamed: register '\(newName ?? name)' and remove '\(name)'")
        }
        let attempt = action(.repositoryUpdate, on: repository, started: started, by: caller)
        let credential: Credential?
        switch change {
        case .none: return Recorded(value: repository, action: nil)
        case .remove: credential = nil
        case .replace(let username?, let password?): credential = Credential(username: username, password: password)
        case .replace(let username, let password):
            try await begin(attempt, by: caller)
            credential = try await merge(username, password, into: repository, with: grant)
        }
        let (verification, finding) = try await verify(grant, with: credential, requested: requested, recordedAs: attempt, by: caller)
        let action = action(.repositoryUpdate, on: repository, started: started, by: caller)
        return try await replace(credential, of: repository, verification, finding, with: grant, recordedAs: action)
    }

    private func merge(
        _ username: Secret?, _ password: Secret?, into repository: Repository, with grant: RepositoryGrant
    ) async throws -> Credential {
        guard let current = try await openCredential(of: repository, with: grant) else {
            throw RequestError.invalid("The repository is public so far: give both username and password")
        }
        return Credential(username: username ?? current.username, password: password ?? current.password)
    }

    private func replace(
        _ credential: Credential?, of repository: Repository, _ verification: Verification, _ finding: RegistryFinding,
        with grant: RepositoryGrant, recordedAs action: Action
    ) async throws -> Recorded<Repository> {
        let old = repository.credential
        let next = CredentialReference(id: old?.id ?? makeID(), version: (old?.version ?? 0) + 1)
        let sealed = try credential.map { try seal($0, as: next, for: repository) }
        var updated = repository
        updated.credential = credential.map { _ in next }
        updated.verification = verification
        updated.modified = action.ended
        return try await store.write(with: grant) { [updated] writer in
            guard try writer.repository(repository.name, in: repository.namespace)?.credential == old else { throw StoreError.stale }
            try writer.keep(finding)
            switch (sealed, old) {
            case (let sealed?, .some): try writer.replace(sealed.credential, sealedWith: sealed.keyID, at: updated.modified)
            case (let sealed?, nil): try writer.insert(sealed.credential, sealedWith: sealed.keyID, at: updated.modified)
            case (nil, _): break
            }
            try writer.update(updated)
            if sealed == nil, let old { try writer.deleteCredential(old.id) }
            try writer.record(action)
            return Recorded(value: try writer.repository(updated.name, in: updated.namespace) ?? updated, action: action)
        }
    }
}
