package import Domain
package import Naming
import Storage

extension Backend {
    /// - Parameter filter: nil for one that nothing can match.
    package func listRepositories(
        in namespace: NamespaceName?, where filter: RepositoryFilter?, page: Page, by caller: Caller
    ) async throws -> Listing<Repository> {
        let namespace = try Authorize.namespace(namespace, for: .readRepositories, of: caller.identity)
        guard let filter else { return Listing(items: [], total: 0) }
        return try await store.read { try $0.repositories(in: namespace, where: filter, page: page) }
    }
}
