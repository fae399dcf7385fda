package import Domain
package import Naming
import Storage

extension Backend {
    /// - Parameter account: whose keys; nil for the caller's.
    package func listAPIKeys(
        of account: AccountName?, page: Page, by caller: Caller
    ) async throws -> (listing: Listing<APIKey>, account: Account) {
        let grant = try await authorizeKeys(of: account, by: caller)
        let listing = try await read(ListQuestion(items: "API keys", page), with: grant, by: caller) {
            try $0.apiKeys(of: grant.account.id, page: page)
        }
        return (listing, grant.account)
    }

    /// The keys that can be used in an organization, for a server administrator.
    package func listAPIKeys(in organization: NamespaceName, page: Page, by caller: Caller) async throws -> Listing<HeldKey> {
        let grant = try authorizeAccounts(asAdministrator: true, by: caller)
        let question = ListQuestion(items: "API keys", wideParameters: ["organization"], page)
        return try await read(question, with: grant, by: caller) { reader in
            guard try reader.organization(organization) != nil else {
                throw RequestError.notFound("There is no organization '\(organization)'")
            }
            return try reader.apiKeys(in: organization, page: page)
        }
    }

    package func inspectAPIKey(_ id: APIKey.ID, by caller: Caller) async throws -> (key: APIKey, account: Account) {
        let (key, grant) = try await findAPIKey(id, by: caller)
        return (key, grant.account)
    }

    func findAPIKey(_ id: APIKey.ID, by caller: Caller) async throws -> (key: APIKey, grant: KeyGrant) {
        let grant = try authorizeAccounts(by: caller)
        let nothing = RequestError.notFound("There is no such API key that you may manage")
        guard let found = try await store.read(with: grant, { try $0.apiKey(id) }) else { throw nothing }
        do {
            return (found.key, try await authorizeKeys(of: found.account.name, by: caller))
        } catch RequestError.notFound {
            throw nothing
        }
    }
}
