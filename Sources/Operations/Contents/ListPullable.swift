package import Domain
import Naming
import Storage

extension Backend {
    /// Throws the reason where the caller may not list repositories.
    package func checkListingPullable(by caller: Caller) async throws {
        _ = try await authorize(.pull, in: nil, by: caller)
    }

    /// The repositories of the caller's own namespace that it may pull.
    package func listPullable(where filter: RepositoryFilter, page: Page, by caller: Caller) async throws -> Listing<Repository> {
        let grant = try await authorize(.pull, in: nil, by: caller)
        var filter = filter
        filter.patterns = caller.identity.restriction.repositories
        return try await read(filter.question(page), with: grant, by: caller) { [filter] in
            try $0.repositories(in: grant.namespace, where: filter, page: page)
        }
    }
}
