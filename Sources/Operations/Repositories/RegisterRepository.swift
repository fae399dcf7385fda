package import Domain
package import Naming
import Storage

extension Backend {
    /// Registers a repository in a namespace, after its credential was tried on it.
    package func registerRepository(
        _ name: RepositoryName, with input: CredentialInput, in namespace: NamespaceName?, verify requested: RequestedVerification,
        by caller: Caller
    ) async throws -> Recorded<Repository> {
        let started = clock.now()
        let grant = try await authorize(.writeRepositories, on: name, in: namespace, by: caller)
        let namespace = grant.namespace
        let credential = try input.complete()
        let taken = RequestError.conflict("The repository '\(name)' is registered already: update it, or remove it first")
        guard try await store.read(with: grant, { try $0.repository(name, in: namespace) }) == nil else { throw taken }

        let attempt = action(.repositoryCreate, on: .repository(name), in: namespace, started: started, by: caller)
        let (verification, finding) = try await verify(
            grant, with: credential, requested: requested, isNew: true, recordedAs: attempt, by: caller)
        let reference = credential.map { _ in CredentialReference(id: makeID(), version: 1) }
        let ended = clock.now()
        let repository = Repository(
            id: makeID(), namespace: namespace, name: name, credential: reference, verification: verification, created: ended,
            modified: ended)
        let sealed = try credential.flatMap { credential in
            try reference.map { try seal(credential, as: $0, for: repository) }
        }
        let action = action(.repositoryCreate, on: repository, started: started, by: caller)
        do {
            return try await store.write(with: grant) { writer in
                try writer.keep(finding)
                if let sealed { try writer.insert(sealed.credential, sealedWith: sealed.keyID, at: ended) }
                try writer.insert(repository)
                try writer.record(action)
                return Recorded(value: try writer.repository(name, in: namespace) ?? repository, action: action)
            }
        } catch StoreError.duplicate {
            throw taken
        }
    }
}
