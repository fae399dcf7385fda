package import Domain
package import Naming
import Storage

extension Backend {
    /// The registries that repositories of the namespace are on.
    package func listRegistries(
        in namespace: NamespaceName?, where filter: RegistryFilter, page: Page, by caller: Caller
    ) async throws -> Listing<Registry> {
        let namespace = try Authorize.namespace(namespace, for: .readRepositories, of: caller.identity)
        let matching = try await store.read { try $0.registries(in: namespace) }.filter(filter.matches)
        return Listing(items: Array(matching.dropFirst(page.offset).prefix(page.limit)), total: matching.count)
    }
}
