package import FoundationEssentials
package import Naming

/// A program that reports the services of a container engine. An agent belongs to an account, and has a name there.
package struct Agent: Hashable, Sendable, Identifiable {
    package let id: UUID
    package let account: Account.ID
    package let accountName: AccountName
    package let name: AgentName
    package var report: Report
    /// The earlier runs of the same instance, oldest first, at most ``maximumReplaced``.
    package var replaced: [UUID]
    package let created: Date
    /// The number of its services: those that a namespace sees, or all of them.
    package var services: Int

    package static let maximumReplaced = 16
    /// The age at which a report is stale, in seconds of the servers' running time.
    package static let staleAge: TimeInterval = 15 * 60

    package init(
        id: UUID, account: Account.ID, accountName: AccountName, name: AgentName, report: Report, replaced: [UUID] = [], created: Date,
        services: Int = 0
    ) {
        self.id = id
        self.account = account
        self.accountName = accountName
        self.name = name
        self.report = report
        self.replaced = replaced
        self.created = created
        self.services = services
    }

    package enum Engine: String, Hashable, Sendable, CaseIterable {
        case docker, podman, kubernetes
    }

    /// The latest report, without its services.
    package struct Report: Hashable, Sendable {
        /// Identifies the machine and its engine.
        package let instance: String
        /// A run of the agent.
        package let process: UUID
        /// The number of the report in the run.
        package let sequence: Int
        package let engine: Engine
        /// A hash of the services, which only the agent interprets.
        package let hash: String
        /// The key of the report, whose restriction selects the services that are stored.
        package let key: APIKey.ID
        package let date: Date
        /// The total running time of the servers at the report, in seconds.
        package let ran: TimeInterval

        package init(
            instance: String, process: UUID, sequence: Int, engine: Engine, hash: String, key: APIKey.ID, date: Date, ran: TimeInterval
        ) {
            self.instance = instance
            self.process = process
            self.sequence = sequence
            self.engine = engine
            self.hash = hash
            self.key = key
            self.date = date
            self.ran = ran
        }

        /// - Parameter ran: the present running time of the servers.
        package func isStale(at ran: TimeInterval) -> Bool { ran - self.ran >= Agent.staleAge }
    }
}
