import Domain
package import Naming
import Storage

extension Backend {
    /// Removes an organization that has no repositories any more, with its robots and their keys. Its name is not given again.
    package func removeOrganization(_ name: NamespaceName, by caller: Caller) async throws -> Recorded<Void> {
        let started = clock.now()
        let grant = try await authorize(.manageOrganization, in: name, by: caller)
        let namespace = grant.namespace
        let action = action(.organizationDelete, on: .organization(name), in: namespace, started: started, by: caller)
        try await store.write(with: grant) { [journal] writer in
            guard try writer.organization(namespace) != nil else { throw RequestError.notFound("There is no organization '\(namespace)'") }
            let count = try writer.repositories(in: namespace, where: RepositoryFilter(), page: .first).total
            guard count == 0 else {
                let number = count.map { ", \($0) of them" } ?? ""
                throw RequestError.conflict("The organization '\(namespace)' has repositories\(number): remove them first")
            }
            let keys = try writer.robotKeyIDs(of: namespace)
            try writer.deleteOrganization(namespace)
            try writer.record(action)
            if !keys.isEmpty { try journal.append(keys.map { .revoked($0, action.ended) }) }
        }
        return Recorded(value: (), action: action)
    }
}
