package import Domain
package import Naming
import Storage

extension Backend {
    /// Creates an organization, of which the caller is an admin. An account that administers no server may create some only, removed ones included:
    /// their names are never given again.
    package func createOrganization(_ new: NewNamespaceName, by caller: Caller) async throws -> Recorded<Membership> {
        let started = clock.now()
        let grant = try authorizeAccounts(by: caller)
        let account = caller.identity.account
        guard !account.isRobot else { throw RequestError.forbidden("A robot belongs to an organization and cannot make others") }
        let name = availableName(new, for: caller)
        let limit = caller.identity.mayAdministerServer ? nil : organizationLimit
        let action = action(.organizationCreate, on: .organization(name), in: name, started: started, by: caller)
        let organization = Organization(name: name, created: action.ended)
        let membership = Membership(organization: organization, account: account, permission: .admin, created: action.ended)
        do {
            try await store.write(with: grant) { writer in
                if let limit, try writer.organizationCount(createdBy: account.id) >= limit { throw Self.limitReached(limit) }
                try writer.insert(organization)
                try writer.note(account.id, asCreatorOf: name)
                try writer.put(membership)
                try writer.record(action)
            }
        } catch StoreError.duplicate {
            throw RequestError.taken(new)
        }
        return Recorded(value: membership, action: action)
    }

    /// For a reserved word a name that is taken, so that the same is done and takes the same time.
    func availableName(_ new: NewNamespaceName, for caller: Caller) -> NamespaceName {
        new.name ?? caller.identity.account.name.namespace
    }

    private static func limitReached(_ limit: Int) -> RequestError {
        guard limit > 0 else {
            return .forbidden(
                "Only server administrators create organizations here (--organization-limit 0): ask one to create it and to add you")
        }
        return .forbidden(
            "Your account has created \(limit) organizations, removed ones included, which is the limit (--organization-limit): ask a server "
                + "administrator to create it and to add you")
    }
}
