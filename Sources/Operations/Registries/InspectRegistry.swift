package import Domain
package import Naming
import Storage

extension Backend {
    /// A registry that a repository of the namespace is on; for server administrators any that is known.
    package func inspectRegistry(_ authority: RegistryAuthority, in namespace: NamespaceName?, by caller: Caller) async throws -> Registry {
        let grant = try await authorize(.readRepositories, in: namespace, by: caller)
        let isAdministrator = caller.identity.mayAdministerServer
        let found = try await store.read(with: grant) { reader in
            isAdministrator
                ? try reader.registry(authority) : try reader.registries(in: grant.namespace).first { $0.authority == authority }
        }
        guard let registry = found, caller.identity.restriction.touches(authority) else {
            throw Fault.notFound("No repository of the namespace '\(grant.namespace)' is on the registry '\(authority)'")
        }
        return registry
    }
}
