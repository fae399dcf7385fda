package import Domain
package import Naming
import Storage

extension Backend {
    package func inspectRepository(_ name: RepositoryName, in namespace: NamespaceName?, by caller: Caller) async throws -> Repository {
        try await find(authorize(.readRepositories, on: name, in: namespace, by: caller))
    }

    func find(_ grant: RepositoryGrant) async throws -> Repository {
        guard let repository = try await store.read(with: grant, { try $0.repository(grant.name, in: grant.namespace) }) else {
            throw RequestError.notFound("There is no repository '\(grant.name)' in the namespace '\(grant.namespace)'")
        }
        return repository
    }
}
