package import Domain
package import FoundationEssentials
package import Naming
import RegistryClient
import Storage

/// A report of an agent, without what the server adds.
package struct AgentReport: Hashable, Sendable {
    let instance: String
    let process: UUID
    let sequence: Int
    let engine: Agent.Engine
    let hash: String
    /// nil if they are the stored ones, which have the hash.
    let services: [ReportedService]?

    package init(
        instance: String, process: UUID, sequence: Int, engine: Agent.Engine, hash: String, services: [ReportedService]?
    ) {
        self.instance = instance
        self.process = process
        self.sequence = sequence
        self.engine = engine
        self.hash = hash
        self.services = services
    }
}

extension Backend {
    static let maximumAgents = 2000
    static let maximumServicesOfAgents = 200_000

    /// Throws an error unless the caller's key may report.
    package func checkMayReport(_ caller: Caller) throws {
        _ = try authorizeReport(by: caller)
    }

    /// Waits until the caller may have another report parsed and stored, since a report can be large, and runs the body.
    package func admittingReport<Value>(by caller: Caller, _ body: () async throws -> Value) async throws -> Value {
        try checkMayReport(caller)
        let permit: FairLimiter.Permit
        do {
            permit = try await listLimits.reports.acquire(for: caller.requester)
        } catch let limit as LimitReached {
            throw RequestError.busy(limit.text.sentences(stored: "Nothing was stored"), retryAfter: limit.retryAfter)
        }
        defer { permit.release() }
        return try await body()
    }

    /// Replaces the report of the caller's agent with this name, or stores its first one. A key that is restricted to some repositories
    /// reports only the services that use their images.
    ///
    /// - Returns: the agent, with the number of stored services. Only the first report has an action.
    package func report(_ report: AgentReport, as name: AgentName, by caller: Caller) async throws -> Recorded<Agent> {
        let started = clock.now()
        let grant = try authorizeReport(by: caller)
        let account = grant.account
        let restriction = caller.identity.restriction
        let services = report.services?.filter { restriction.allows($0.image.reference.repository) }
        let ran = try await runningTime(with: grant)
        let latest = Agent.Report(
            instance: report.instance, process: report.process, sequence: report.sequence, engine: report.engine, hash: report.hash,
            key: caller.identity.key.id, date: started, ran: ran)
        let id = makeID()
        let created = action(.agentCreate, on: .agent(id), in: account.name.namespace, started: started, by: caller)
        return try await store.write(with: grant) { [makeID] writer in
            let stored = try writer.agent(name, of: account.id)
            let replaced: [UUID]
            do throws(ReportRefusal) {
                replaced = try ReportAcceptance.replaced(by: latest, withServices: services != nil, of: stored)
            } catch {
                throw RequestError.report(error)
            }
            let namespaces = try grant.namespaces(in: writer)
            guard !namespaces.isEmpty else {
                throw RequestError.forbidden("The account has no part in the namespace to which the API key is restricted")
            }
            var agent =
                stored
                ?? Agent(
                    id: id, account: account.id, accountName: account.name, name: name, report: latest, created: started)
            agent.report = latest
            agent.replaced = replaced
            try Self.checkQuota(of: agent, isNew: stored == nil, reporting: services, in: writer)
            try writer.put(agent, services: services, in: namespaces, makeID: makeID)
            agent.services = services?.count ?? agent.services
            guard stored == nil else { return Recorded(value: agent, action: nil) }
            try writer.record(created)
            return Recorded(value: agent, action: created)
        }
    }

    private static func checkQuota(
        of agent: Agent, isNew: Bool, reporting services: [ReportedService]?, in reader: any StoreReader
    ) throws {
        guard let services, isNew || services.count > agent.services else { return }
        let totals = try reader.agentTotals(of: agent.account)
        guard !isNew || totals.agents < maximumAgents else {
            throw RequestError.forbidden(
                "The account has \(maximumAgents) agents, which is the limit. Nothing was stored. Remove some of them.")
        }
        guard totals.services - agent.services + services.count <= maximumServicesOfAgents else {
            throw RequestError.forbidden(
                "The agents of the account report \(maximumServicesOfAgents) services, which is the limit. Nothing was stored.")
        }
    }
}

extension Backend {
    /// The present running time.
    func runningTime(with grant: some AccessGrant) async throws -> TimeInterval {
        if let ran = runningTime.value(at: clock.instant()) { return ran }
        let stored = try await store.read(with: grant) { max(try $0.retention()?.ran ?? 0, try $0.runningTimeOfReports()) }
        runningTime.start(stored, at: clock.instant())
        return runningTime.value(at: clock.instant()) ?? stored
    }
}
