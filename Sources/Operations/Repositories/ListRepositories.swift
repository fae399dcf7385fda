package import Domain
package import Naming
import Storage

extension Backend {
    /// - Parameter filter: nil for one that nothing can match.
    package func listRepositories(
        in namespace: NamespaceName?, where filter: RepositoryFilter?, page: Page, by caller: Caller
    ) async throws -> Listing<Repository> {
        let grant = try await authorize(.readRepositories, in: namespace, by: caller)
        guard var filter else { return Listing(items: [], total: 0) }
        filter.patterns = caller.identity.restriction.repositories
        return try await read(filter.question(page), with: grant, by: caller) { [filter] in
            try $0.repositories(in: grant.namespace, where: filter, page: page)
        }
    }
}

extension RepositoryFilter {
    /// The list as a question, with the parameters that may match few of many repositories.
    func question(_ page: Page) -> ListQuestion {
        var parameters: [String] = []
        if nameFragment != nil { parameters.append("name__contains") }
        if isInUse == false { parameters.append("in_use") }
        return ListQuestion(items: "repositories", wideParameters: parameters, page)
    }
}
