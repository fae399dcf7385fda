package import Domain
package import Naming
import Storage

extension Backend {
    /// What was done in the namespace, newest first.
    package func listActions(in namespace: NamespaceName?, page: Page, by caller: Caller) async throws -> Listing<Action> {
        let namespace = try Authorize.namespace(namespace, for: .readActions, of: caller.identity)
        return try await store.read { try $0.actions(in: namespace, page: page) }
    }
}
