package import Domain
package import Naming
import Storage

extension Backend {
    /// What was done in the namespace, newest first.
    ///
    /// - Parameter filter: nil for one that nothing can match.
    package func listActions(
        in namespace: NamespaceName?, where filter: ActionFilter?, page: Page, by caller: Caller
    ) async throws -> Listing<Action> {
        let grant = try await authorize(.readActions, in: namespace, by: caller)
        guard let filter else { return Listing(items: [], total: 0) }
        return try await read(filter.question(page), with: grant, by: caller) {
            try $0.actions(in: grant.namespace, where: filter, page: page)
        }
    }

    /// Those of all namespaces, for a server administrator. Filters have no index, so that many rows may be read for a page.
    package func listAllActions(where filter: ActionFilter?, page: Page, by caller: Caller) async throws -> Listing<Action> {
        let grant = try authorizeTrail(by: caller)
        guard let filter else { return Listing(items: [], total: 0) }
        return try await read(filter.question(page, isServerWide: true), with: grant, by: caller) {
            try $0.actions(in: nil, where: filter, page: page)
        }
    }
}

extension ActionFilter {
    /// The list as a question, with the parameters that may match few of many actions.
    fileprivate func question(_ page: Page, isServerWide: Bool = false) -> ListQuestion {
        var parameters: [String] = []
        if idPrefix != nil { parameters.append("uuid__startswith") }
        if objects != nil { parameters.append("object") }
        if key != nil { parameters.append("key_id") }
        if user != nil { parameters.append("user") }
        if kind != nil { parameters.append("action") }
        if state != nil { parameters.append("state") }
        if started != DateRange() { parameters.append("start_date") }
        if ended != DateRange() { parameters.append("end_date") }
        // One condition is answered by its index; of several, the rows of one are read for the others.
        return ListQuestion(items: "actions", wideParameters: parameters.count > (isServerWide ? 0 : 1) ? parameters : [], page)
    }
}
