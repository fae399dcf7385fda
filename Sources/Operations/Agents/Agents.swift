package import Domain
package import Naming
import Storage

/// An agent with the age of its report.
package struct AgedAgent: Hashable, Sendable {
    package let agent: Agent
    /// The namespace in which it is shown.
    package let namespace: NamespaceName
    package let isStale: Bool
}

extension Backend {
    /// Lists the agents that report in a namespace, in the order of their names.
    package func listAgents(
        in namespace: NamespaceName?, after place: NamedPlace?, page: Page, by caller: Caller
    ) async throws -> Listing<AgedAgent> {
        let grant = try await authorize(.readAgents, in: namespace, by: caller)
        let ran = try await runningTime(with: grant)
        return try await read(ListQuery(items: "agents", page), with: grant, by: caller) { reader in
            try reader.agents(in: grant.namespace, after: place, page: page).map {
                AgedAgent(agent: $0, namespace: grant.namespace, isStale: $0.report.isStale(at: ran))
            }
        }
    }

    package func inspectAgent(_ id: Agent.ID, in namespace: NamespaceName?, by caller: Caller) async throws -> AgedAgent {
        let grant = try await authorize(.readAgents, in: namespace, by: caller)
        let ran = try await runningTime(with: grant)
        let agent = try await store.read(with: grant) { try $0.agent(id, for: grant) }
        return AgedAgent(agent: agent, namespace: grant.namespace, isStale: agent.report.isStale(at: ran))
    }

    /// Removes an agent with its services: everywhere if the namespace is that of its account, and otherwise from this namespace. An agent
    /// that still reports comes back.
    package func removeAgent(_ id: Agent.ID, in namespace: NamespaceName?, by caller: Caller) async throws -> Recorded<Void> {
        let started = clock.now()
        let grant = try await authorize(.removeAgents, in: namespace, by: caller)
        let action = action(.agentDelete, on: .agent(id), in: grant.namespace, started: started, by: caller)
        try await store.write(with: grant) { writer in
            let agent = try writer.agent(id, for: grant)
            if agent.accountName.namespace == grant.namespace {
                try writer.deleteAgent(id)
            } else {
                try writer.removeAgent(id, from: grant.namespace)
            }
            try writer.record(action)
        }
        return Recorded(value: (), action: action)
    }
}

extension StoreReader {
    fileprivate func agent(_ id: Agent.ID, for grant: NamespaceGrant) throws -> Agent {
        guard let agent = try agent(id, in: grant.namespace) else {
            throw RequestError.notFound("There is no such agent in the namespace '\(grant.namespace)'")
        }
        return agent
    }
}
