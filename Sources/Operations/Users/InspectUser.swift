package import Domain
package import Naming
import Storage

extension Backend {
    package func listUsers(where filter: UserFilter, page: Page, by caller: Caller) async throws -> Listing<Account> {
        let grant = try authorizeAccounts(asAdministrator: true, by: caller)
        return try await read(ListQuestion(items: "users", page), with: grant, by: caller) { try $0.users(where: filter, page: page) }
    }

    /// Everybody can look at the own account, server administrators at all.
    package func inspectUser(_ name: NamespaceName, by caller: Caller) async throws -> Account {
        let isOwn = caller.identity.account.name == AccountName(name)
        let grant = try authorizeAccounts(asAdministrator: !isOwn, by: caller)
        return try await findUser(name, with: grant)
    }

    func findUser(_ name: NamespaceName, with grant: AccountGrant) async throws -> Account {
        guard let account = try await store.read(with: grant, { try $0.account(AccountName(name)) }) else {
            throw RequestError.notFound("There is no user '\(name)'")
        }
        return account
    }
}
