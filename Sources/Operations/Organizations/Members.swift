package import Domain
package import Naming
import Storage

extension Backend {
    package func listMembers(of organization: NamespaceName, page: Page, by caller: Caller) async throws -> Listing<Membership> {
        let grant = try await authorizeMembers(.readOrganization, of: organization, by: caller)
        return try await read(ListQuestion(items: "members", page), with: grant, by: caller) {
            try $0.members(of: grant.namespace, robots: false, page: page)
        }
    }

    package func inspectMember(_ name: NamespaceName, of organization: NamespaceName, by caller: Caller) async throws -> Membership {
        let grant = try await authorizeMembers(.readOrganization, of: organization, by: caller)
        return try await findMember(AccountName(name), with: grant)
    }

    /// A namespace that is a person's own has no members.
    func authorizeMembers(_ right: Right, of organization: NamespaceName, by caller: Caller) async throws -> NamespaceGrant {
        let grant = try await authorize(right, in: organization, by: caller)
        guard caller.identity.account.name != AccountName(grant.namespace) else {
            throw RequestError.notFound("'\(grant.namespace)' is a user and no organization")
        }
        return grant
    }
}
