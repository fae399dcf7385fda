package import Domain
package import Naming
import Storage

extension Backend {
    package func listMembers(of organization: NamespaceName, page: Page, by caller: Caller) async throws -> Listing<Membership> {
        let namespace = try await authorizeMembers(.readOrganization, of: organization, by: caller)
        return try await read(ListQuestion(items: "members", page), by: caller) { try $0.members(of: namespace, robots: false, page: page) }
    }

    package func inspectMember(_ name: NamespaceName, of organization: NamespaceName, by caller: Caller) async throws -> Membership {
        let namespace = try await authorizeMembers(.readOrganization, of: organization, by: caller)
        return try await findMember(AccountName(name), of: namespace)
    }

    /// A namespace that is a person's own has no members.
    func authorizeMembers(_ right: Right, of organization: NamespaceName, by caller: Caller) async throws -> NamespaceName {
        let namespace = try await authorize(right, in: organization, by: caller)
        guard caller.identity.account.name != AccountName(namespace) else {
            throw Fault.notFound("'\(namespace)' is a user and no organization")
        }
        return namespace
    }
}
