package import Domain
package import FoundationEssentials
package import Naming
import Storage

extension Backend {
    package func inspectAction(_ id: UUID, in namespace: NamespaceName?, by caller: Caller) async throws -> Action {
        let grant = try await authorize(.readActions, in: namespace, by: caller)
        guard let action = try await store.read(with: grant, { try $0.action(id, in: grant.namespace) }) else {
            throw RequestError.notFound(
                "There is no such action in the namespace '\(grant.namespace)': 'docker-cloud action ls' lists them")
        }
        return action
    }
}

extension Backend {
    /// Lists the actions of a namespace, newest first.
    ///
    /// - Parameter filter: nil if no action can match.
    package func listActions(
        in namespace: NamespaceName?, where filter: ActionFilter?, page: Page, by caller: Caller
    ) async throws -> Listing<Action> {
        let grant = try await authorize(.readActions, in: namespace, by: caller)
        guard let filter else { return Listing(items: [], total: 0) }
        return try await read(filter.query(page), with: grant, by: caller) {
            try $0.actions(in: grant.namespace, where: filter, page: page)
        }
    }

    /// Lists the actions of all namespaces. Requires a server administrator.
    package func listAllActions(where filter: ActionFilter?, page: Page, by caller: Caller) async throws -> Listing<Action> {
        let grant = try authorizeTrail(by: caller)
        guard let filter else { return Listing(items: [], total: 0) }
        return try await read(filter.query(page), with: grant, by: caller) {
            try $0.actions(in: nil, where: filter, page: page)
        }
    }
}

extension ActionFilter {
    /// The list query, with the parameters that may match few of many actions.
    fileprivate func query(_ page: Page) -> ListQuery {
        var parameters: [String] = []
        if idPrefix != nil { parameters.append("uuid__startswith") }
        if objects != nil { parameters.append("object") }
        if key != nil { parameters.append("key_id") }
        if user != nil { parameters.append("user") }
        if kind != nil { parameters.append("action") }
        if state != nil { parameters.append("state") }
        if started != DateRange() { parameters.append("start_date") }
        if ended != DateRange() { parameters.append("end_date") }
        // A single condition uses its index. With several, the rows that match one are scanned for the others.
        return ListQuery(items: "actions", wideParameters: parameters.count > 1 ? parameters : [], page)
    }
}
