package import Domain
package import Naming
import Storage

extension Backend {
    /// Makes an organization, of which the caller is an admin.
    package func createOrganization(_ name: NamespaceName, by caller: Caller) async throws -> Recorded<Membership> {
        let started = clock.now()
        let grant = try authorizeAccounts(by: caller)
        let account = caller.identity.account
        guard !account.isRobot else { throw Fault.forbidden("A robot belongs to an organization and cannot make others") }
        let action = action(.organizationCreate, on: .organization(name), in: name, started: started, by: caller)
        let organization = Organization(name: name, created: action.ended)
        let membership = Membership(organization: organization, account: account, permission: .admin, created: action.ended)
        do {
            try await store.write(with: grant) { writer in
                try writer.insert(organization)
                try writer.put(membership)
                try writer.record(action)
            }
        } catch StoreError.duplicate {
            throw Fault.taken(name)
        }
        return Recorded(value: membership, action: action)
    }
}
