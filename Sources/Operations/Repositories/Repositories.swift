package import Domain
package import Naming
import Storage

extension Backend {
    package func inspectRepository(_ name: RepositoryName, in namespace: NamespaceName?, by caller: Caller) async throws -> Repository {
        try await find(authorize(.readRepositories, on: name, in: namespace, by: caller))
    }

    func find(_ grant: RepositoryGrant) async throws -> Repository {
        guard let repository = try await store.read(with: grant, { try $0.repository(grant.name, in: grant.namespace) }) else {
            throw RequestError.notFound(
                "There is no repository '\(grant.name)' in the namespace '\(grant.namespace)': check the name, or register it")
        }
        return repository
    }
}

extension Backend {
    /// - Parameter filter: nil if no repository can match.
    package func listRepositories(
        in namespace: NamespaceName?, where filter: RepositoryFilter?, page: Page, by caller: Caller
    ) async throws -> Listing<Repository> {
        let grant = try await authorize(.readRepositories, in: namespace, by: caller)
        guard var filter else { return Listing(items: [], total: 0) }
        filter.patterns = caller.identity.restriction.repositories
        return try await read(filter.query(page), with: grant, by: caller) { [filter] in
            try $0.repositories(in: grant.namespace, where: filter, page: page)
        }
    }
}

extension RepositoryFilter {
    /// The list query, with the parameters that may match few of many repositories.
    func query(_ page: Page) -> ListQuery {
        var parameters: [String] = []
        if nameFragment != nil { parameters.append("name__contains") }
        if isInUse == false { parameters.append("in_use") }
        return ListQuery(items: "repositories", wideParameters: parameters, page)
    }
}

extension Backend {
    /// Registers a repository in a namespace, after verifying its credential.
    package func registerRepository(
        _ name: RepositoryName, with input: CredentialInput, in namespace: NamespaceName?, verify requested: RequestedVerification,
        by caller: Caller
    ) async throws -> Recorded<Repository> {
        let started = clock.now()
        let grant = try await authorize(.writeRepositories, on: name, in: namespace, by: caller)
        let namespace = grant.namespace
        let credential = try input.complete()
        let taken = RequestError.conflict(
            "The repository '\(name)' is registered already. Nothing was stored. Update it, or remove it first.")
        guard try await store.read(with: grant, { try $0.repository(name, in: namespace) }) == nil else { throw taken }

        let action = action(.repositoryCreate, on: .repository(name), in: namespace, started: started, by: caller)
        let verified = try await verify(grant, with: credential, requested: requested, isNew: true, recordedAs: action, by: caller)
        let reference = credential.map { _ in CredentialReference(id: makeID(), version: 1) }
        let ended = clock.now()
        let completed = action.ended(.success, nil, at: ended)
        let repository = Repository(
            id: makeID(), namespace: namespace, name: name, credential: reference, verification: verified.verification, created: ended,
            modified: ended)
        let sealed = try credential.flatMap { credential in
            try reference.map { try seal(credential, as: $0, for: repository) }
        }
        return try await carrying(verified.attempt) {
            do {
                let stored = try await store.write(with: grant) { writer in
                    try writer.save(verified.finding)
                    if let sealed { try writer.insert(sealed.credential, sealedWith: sealed.keyID, at: ended) }
                    try writer.insert(repository)
                    try writer.record(completed)
                    try writer.makeOthersDue(after: recoveries(shownBy: verified, of: repository), at: ended)
                    return try writer.repository(name, in: namespace) ?? repository
                }
                note(recoveries(shownBy: verified, of: stored))
                return Recorded(value: stored, action: completed)
            } catch StoreError.duplicate {
                throw taken
            }
        }
    }
}

extension Backend {
    /// Replaces the credential of a repository, after verifying the new one. If that fails, the old one is retained.
    ///
    /// - Parameters:
    ///   - newName: the name in the request body, which must be the present one.
    ///   - refusedUsers: stored user names that are not sent with the new password, as named by ``RequestError/credentialRejected(_:user:)``.
    package func updateRepository(
        _ name: RepositoryName, with input: CredentialInput, newName: RepositoryName?, in namespace: NamespaceName?,
        verify requested: RequestedVerification, except refusedUsers: Set<String> = [], by caller: Caller
    ) async throws -> Recorded<Repository> {
        let started = clock.now()
        let grant = try await authorize(.writeRepositories, on: name, in: namespace, by: caller)
        let change = try input.change()
        let repository = try await find(grant)
        guard newName == nil || newName == name else {
            throw RequestError.invalid(
                "A repository cannot be renamed. Nothing was stored. Register '\(newName ?? name)', and remove '\(name)'.")
        }
        let action = action(.repositoryUpdate, on: repository, started: started, by: caller)
        var attempt: BegunAttempt?
        let credential: Credential?
        var user: String?
        switch change {
        case .none: return Recorded(value: repository, action: nil)
        case .remove: credential = nil
        case .replace(let username?, let password?): credential = Credential(username: username, password: password)
        case .replace(let username, let password):
            attempt = try await begin(action)
            let merged = try await carrying(attempt) { try await merge(username, password, into: repository, with: grant) }
            if username == nil { user = mark(userOf: merged, for: repository) }
            guard user.map({ !refusedUsers.contains($0) }) ?? true else {
                let error = RequestError.credentialWithheld(
                    "\(name.authority) rejected the same user name and password before. Nothing was sent.")
                return try await carrying(attempt) { throw error }
            }
            credential = merged
        }
        let verified: VerifiedCredential
        do {
            verified = try await verify(grant, with: credential, requested: requested, recordedAs: action, begunAs: attempt, by: caller)
        } catch let failed as FailedAttempt {
            throw failed.naming(user)
        }
        return try await carrying(verified.attempt) {
            try await replace(
                credential, of: repository, verified, with: grant, recordedAs: action.ended(.success, nil, at: clock.now()))
        }
    }

    private func merge(
        _ username: Secret?, _ password: Secret?, into repository: Repository, with grant: RepositoryGrant
    ) async throws -> Credential {
        guard let current = try await openCredential(of: repository, with: grant) else {
            throw RequestError.invalid("The repository has no credential. Nothing was stored. Give both username and password.")
        }
        return Credential(username: username ?? current.username, password: password ?? current.password)
    }

    private func replace(
        _ credential: Credential?, of repository: Repository, _ verified: VerifiedCredential, with grant: RepositoryGrant,
        recordedAs action: Action
    ) async throws -> Recorded<Repository> {
        let old = repository.credential
        let next = CredentialReference(id: old?.id ?? makeID(), version: (old?.version ?? 0) + 1)
        let sealed = try credential.map { try seal($0, as: next, for: repository) }
        var updated = repository
        updated.credential = credential.map { _ in next }
        updated.verification = verified.verification
        updated.modified = action.ended
        let stored = try await store.write(with: grant) { [updated] writer in
            guard try writer.repository(repository.name, in: repository.namespace)?.credential == old else { throw StoreError.stale }
            try writer.save(verified.finding)
            switch (sealed, old) {
            case (let sealed?, .some): try writer.replace(sealed.credential, sealedWith: sealed.keyID, at: updated.modified)
            case (let sealed?, nil): try writer.insert(sealed.credential, sealedWith: sealed.keyID, at: updated.modified)
            case (nil, _): break
            }
            try writer.update(updated)
            if sealed == nil, let old { try writer.deleteCredential(old.id) }
            try writer.record(action)
            try writer.makeOthersDue(after: recoveries(shownBy: verified, of: updated), at: updated.modified)
            return try writer.repository(updated.name, in: updated.namespace) ?? updated
        }
        note(recoveries(shownBy: verified, of: stored))
        return Recorded(value: stored, action: action)
    }
}

extension Backend {
    /// Removes a repository and its credential from this server. The repository on its registry is unchanged.
    package func removeRepository(_ name: RepositoryName, in namespace: NamespaceName?, by caller: Caller) async throws -> Recorded<Void> {
        let started = clock.now()
        let grant = try await authorize(.writeRepositories, on: name, in: namespace, by: caller)
        let repository = try await find(grant)
        let action = action(.repositoryDelete, on: repository, started: started, by: caller)
        try await store.write(with: grant) { writer in
            guard let current = try writer.repository(name, in: grant.namespace), current.id == repository.id else {
                throw StoreError.stale
            }
            try writer.delete(current)
            if let credential = current.credential { try writer.deleteCredential(credential.id) }
            try writer.record(action)
        }
        return Recorded(value: (), action: action)
    }
}

extension FailedAttempt {
    /// The same failure, with the stored user name that the registry refused.
    fileprivate func naming(_ user: String?) -> FailedAttempt {
        guard case .credentialRejected(let message, _) = error as? RequestError else { return self }
        return FailedAttempt(error: RequestError.credentialRejected(message, user: user), attempt: attempt)
    }
}
