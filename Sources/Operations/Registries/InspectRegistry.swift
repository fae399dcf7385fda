package import Domain
package import Naming
import Storage

extension Backend {
    /// A registry that a repository of the namespace is on; for server administrators any that is known.
    package func inspectRegistry(_ authority: RegistryAuthority, in namespace: NamespaceName?, by caller: Caller) async throws -> Registry {
        let grant = try await authorize(.readRepositories, in: namespace, by: caller)
        let mayAdminister = caller.identity.mayAdministerServer
        let found = try await store.read(with: grant) { reader in
            let registry = try reader.registry(authority)
            return try mayAdminister || reader.registries(in: grant.namespace).items.contains { $0.authority == authority }
                ? registry : nil
        }
        guard let registry = found, caller.identity.restriction.touches(authority) else {
            throw RequestError.notFound("No repository of the namespace '\(grant.namespace)' is on the registry '\(authority)'")
        }
        return registry
    }
}
