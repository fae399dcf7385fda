package import Domain
package import Naming
import Storage

extension Backend {
    /// The registries that repositories of the namespace are on.
    package func listRegistries(
        in namespace: NamespaceName?, where filter: RegistryFilter, page: Page, by caller: Caller
    ) async throws -> Listing<Registry> {
        let grant = try await authorize(.readRepositories, in: namespace, by: caller)
        let registries = try await read(ListQuestion(items: "registries", page), with: grant, by: caller) {
            try $0.registries(in: grant.namespace)
        }
        let matching = registries.items.filter { registry in
            filter.matches(registry) && caller.identity.restriction.touches(registry.authority)
        }
        return Listing(items: Array(matching.dropFirst(page.offset).prefix(page.limit)), total: matching.count, omitted: registries.omitted)
    }
}
