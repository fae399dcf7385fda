package import Domain
package import Naming
import Storage

extension Backend {
    /// The organizations that the caller has a part in.
    package func listOrganizations(page: Page, by caller: Caller) async throws -> Listing<Membership> {
        try Authorize.checkAccount(of: caller.identity)
        return try await read(ListQuestion(items: "organizations", page), by: caller) {
            try $0.memberships(of: caller.identity.account.id, page: page)
        }
    }

    package func inspectOrganization(_ name: NamespaceName, by caller: Caller) async throws -> Membership {
        let namespace = try await authorize(.readOrganization, in: name, by: caller)
        return try await findMember(caller.identity.account.name, of: namespace)
    }

    func findMember(_ name: AccountName, of organization: NamespaceName) async throws -> Membership {
        guard let membership = try await store.read({ try $0.membership(of: name, in: organization) }) else {
            throw Fault.notFound("There is no member '\(name)' in an organization '\(organization)'")
        }
        return membership
    }
}
