package import Domain
package import Naming
import Storage

extension Backend {
    /// What was done in the namespace, newest first.
    ///
    /// - Parameter filter: nil for one that nothing can match.
    package func listActions(
        in namespace: NamespaceName?, where filter: ActionFilter?, page: Page, by caller: Caller
    ) async throws -> Listing<Action> {
        let namespace = try await authorize(.readActions, in: namespace, by: caller)
        guard let filter else { return Listing(items: [], total: 0) }
        return try await store.read { try $0.actions(in: namespace, where: filter, page: page) }
    }
}
