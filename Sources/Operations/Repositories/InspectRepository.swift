package import Domain
package import Naming
import Storage

extension Backend {
    package func inspectRepository(_ name: RepositoryName, in namespace: NamespaceName?, by caller: Caller) async throws -> Repository {
        let namespace = try await authorize(.readRepositories, on: name, in: namespace, by: caller)
        return try await find(name, in: namespace)
    }

    func find(_ name: RepositoryName, in namespace: NamespaceName) async throws -> Repository {
        guard let repository = try await store.read({ try $0.repository(name, in: namespace) }) else {
            throw Fault.notFound("There is no repository '\(name)' in the namespace '\(namespace)'")
        }
        return repository
    }
}
