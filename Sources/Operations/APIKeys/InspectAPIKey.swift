package import Domain
package import Naming
import Storage

extension Backend {
    /// - Parameter account: whose keys; nil for the caller's.
    package func listAPIKeys(
        of account: AccountName?, page: Page, by caller: Caller
    ) async throws -> (listing: Listing<APIKey>, account: Account) {
        try Authorize.checkAccount(of: caller.identity)
        let holder = try await keyHolder(account, by: caller)
        return (try await read(ListQuestion(items: "API keys", page), by: caller) { try $0.apiKeys(of: holder.id, page: page) }, holder)
    }

    package func inspectAPIKey(_ id: APIKey.ID, by caller: Caller) async throws -> (key: APIKey, account: Account) {
        try Authorize.checkAccount(of: caller.identity)
        let nothing = Fault.notFound("There is no such API key that you may manage")
        guard let found = try await store.read({ try $0.apiKey(id) }) else { throw nothing }
        do {
            _ = try await keyHolder(found.account.name, by: caller)
        } catch Fault.notFound {
            throw nothing
        }
        return found
    }
}
