package import Domain
package import Naming
import Storage

extension Backend {
    package func inspectRegistry(_ authority: RegistryAuthority, in namespace: NamespaceName?, by caller: Caller) async throws -> Registry {
        let namespace = try Authorize.namespace(namespace, for: .readRepositories, of: caller.identity)
        guard let registry = try await store.read({ try $0.registries(in: namespace) }).first(where: { $0.authority == authority }) else {
            throw Fault.notFound("No repository of the namespace '\(namespace)' is on the registry '\(authority)'")
        }
        return registry
    }
}
