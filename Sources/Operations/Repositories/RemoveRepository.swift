import Domain
package import Naming
import Storage

extension Backend {
    /// Forgets a repository and its credential. The repository on its registry stays as it is.
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
