package import Domain
package import Naming
import Storage

extension Backend {
    /// The organizations that the caller has a part in.
    package func listOrganizations(page: Page, by caller: Caller) async throws -> Listing<Membership> {
        let grant = try authorizeAccounts(by: caller)
        return try await read(ListQuestion(items: "organizations", page), with: grant, by: caller) {
            try $0.memberships(of: caller.identity.account.id, page: page)
        }
    }

    package func inspectOrganization(_ name: NamespaceName, by caller: Caller) async throws -> Membership {
        let grant = try await authorize(.readOrganization, in: name, by: caller)
        return try await findMember(caller.identity.account.name, with: grant)
    }

    func findMember(_ name: AccountName, with grant: NamespaceGrant) async throws -> Membership {
        guard let membership = try await store.read(with: grant, { try $0.membership(of: name, in: grant.namespace) }) else {
            throw RequestError.notFound("There is no member '\(name)' in an organization '\(grant.namespace)'")
        }
        return membership
    }
}
