package import Domain
package import FoundationEssentials
package import Naming
import Storage

extension Backend {
    package func inspectAction(_ id: UUID, in namespace: NamespaceName?, by caller: Caller) async throws -> Action {
        let grant = try await authorize(.readActions, in: namespace, by: caller)
        guard let action = try await store.read(with: grant, { try $0.action(id, in: grant.namespace) }) else {
            throw RequestError.notFound("There is no such action in the namespace '\(grant.namespace)'")
        }
        return action
    }
}
