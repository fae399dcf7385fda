package import Domain
package import Naming
import Storage

extension Backend {
    package func listUsers(where filter: UserFilter, page: Page, by caller: Caller) async throws -> Listing<Account> {
        try Authorize.checkAccount(asAdministrator: true, of: caller.identity)
        return try await read(ListQuestion(items: "users", page), by: caller) { try $0.users(where: filter, page: page) }
    }

    /// Everybody can look at the own account, server administrators at all.
    package func inspectUser(_ name: NamespaceName, by caller: Caller) async throws -> Account {
        let isOwn = caller.identity.account.name == AccountName(name)
        try Authorize.checkAccount(asAdministrator: !isOwn, of: caller.identity)
        return try await findUser(name)
    }

    func findUser(_ name: NamespaceName) async throws -> Account {
        guard let account = try await store.read({ try $0.account(AccountName(name)) }) else {
            throw Fault.notFound("There is no user '\(name)'")
        }
        return account
    }
}
