import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func agent(_ name: AgentName, of account: Account.ID) throws -> Agent? {
        let condition: SQL = "a.account = \(account.text) AND a.name = \(name.description)"
        return try db.row("SELECT a.*, a.services AS seen FROM agents a WHERE \(condition)").map(Agent.init(row:))
    }

    func agent(_ id: Agent.ID, in namespace: NamespaceName) throws -> Agent? {
        let condition: SQL = "n.namespace = \(namespace.description) AND n.agent = \(id.text)"
        return try db.row("SELECT \(Agent.columns) FROM \(Agent.tables) WHERE \(condition)").map(Agent.init(row:))
    }

    func agents(in namespace: NamespaceName, after place: NamedPlace?, page: Page) throws -> Listing<Agent> {
        // SQLite binds a text up to its first NUL, and that prefix would match too much.
        guard place?.name.utf8.contains(0) != true else { return .empty }
        return try listing(
            AgentList(namespace: namespace, after: place), page: page,
            cursor: { NamedPlace(name: try $0.value("name"), id: try $0.uuid("id")) }, read: Agent.init(row:))
    }

    func agentTotals(of account: Account.ID) throws -> (agents: Int, services: Int) {
        let totals: SQL = "SELECT count(*) AS agents, coalesce(sum(services), 0) AS services FROM agents WHERE account = \(account.text)"
        guard let row = try db.row(totals) else { return (0, 0) }
        return (try row.value("agents"), try row.value("services"))
    }

    func runningTimeOfReports() throws -> TimeInterval {
        TimeInterval(try db.number("SELECT max(ran) FROM agents") ?? 0) / 1000
    }
}

/// The agents that report in a namespace, in the order of their names.
private struct AgentList: IndexedList {
    let namespace: NamespaceName
    let after: NamedPlace?

    var order: SQL { "n.name, n.agent" }

    func parts(after place: NamedPlace?) -> [NamedPlace?] { [place] }

    func place(_ row: Row) throws -> NamedPlace { NamedPlace(name: try row.value("name"), id: try row.uuid("agent")) }

    func select(_ columns: ListColumns, in place: NamedPlace?) -> SQL {
        let behind: SQL = place.map { " AND (n.name, n.agent) > (\($0.name), \($0.id.text))" } ?? ""
        let condition: SQL = "n.namespace = \(namespace.description)\(behind)"
        return switch columns {
        case .item: "SELECT \(Agent.columns) FROM \(Agent.tables) WHERE \(condition)"
        case .place: "SELECT n.name, n.agent FROM agent_namespaces n WHERE \(condition)"
        case .none: "SELECT 1 FROM agent_namespaces n WHERE \(condition)"
        }
    }
}

extension SQLiteWriter {
    /// - Parameter services: nil to keep the stored ones.
    func put(_ agent: Agent, services: [ReportedService]?, in namespaces: Set<NamespaceName>, makeID: () -> UUID) throws {
        let report = agent.report
        let replaced = agent.replaced.map(\.text).joined(separator: " ")
        try db.change(
            """
            INSERT INTO agents (id, account, account_name, name, instance, process, replaced, sequence, engine, hash, key_id, services,
                reported, ran, created)
            VALUES (\(agent.id.text), \(agent.account.text), \(agent.accountName.description), \(agent.name.description),
                \(report.instance), \(report.process.text), \(replaced), \(report.sequence), \(report.engine.rawValue), \(report.hash),
                \(report.key), \(services?.count ?? 0), \(report.date.milliseconds), \(Int64(report.ran * 1000)),
                \(agent.created.milliseconds))
            ON CONFLICT (id) DO UPDATE SET instance = excluded.instance, process = excluded.process, replaced = excluded.replaced,
                sequence = excluded.sequence, engine = excluded.engine, hash = excluded.hash, key_id = excluded.key_id,
                services = coalesce(\(services?.count), agents.services), reported = excluded.reported, ran = excluded.ran
            """)
        try put(namespaces, of: agent)
        if let services { try replace(services, of: agent, makeID: makeID) }
    }

    /// Triggers change the uses of the services.
    private func put(_ namespaces: Set<NamespaceName>, of agent: Agent) throws {
        let stored = Set(
            try db.rows("SELECT namespace FROM agent_namespaces WHERE agent = \(agent.id.text)").map { try $0.namespace() })
        // Inserted first: an agent without a namespace is deleted.
        for namespace in namespaces.subtracting(stored) {
            try db.change(
                """
                INSERT INTO agent_namespaces (namespace, agent, name)
                VALUES (\(namespace.description), \(agent.id.text), \(agent.name.description))
                """)
        }
        for namespace in stored.subtracting(namespaces) { try removeAgent(agent.id, from: namespace) }
    }

    private func replace(_ services: [ReportedService], of agent: Agent, makeID: () -> UUID) throws {
        var stored: [ReportedService.Key: [StoredService]] = [:]
        // Services with equal keys are in the order of their insertion.
        for row in try db.rows("SELECT * FROM services WHERE agent = \(agent.id.text) ORDER BY repository").reversed() {
            let service = try StoredService(row: row)
            stored[service.service.key, default: []].append(service)
        }
        let date = agent.report.date
        for service in services {
            guard let known = stored[service.key]?.popLast() else {
                try insert(service, as: makeID(), of: agent, at: date)
                continue
            }
            if known.service != service { try update(service, known.id, at: date) }
        }
        for gone in stored.values.joined() { try db.change("DELETE FROM services WHERE id = \(gone.id)") }
    }

    private func insert(_ service: ReportedService, as id: UUID, of agent: Agent, at date: Date) throws {
        let reference = service.image.reference
        try db.change(
            """
            INSERT INTO services (id, agent, name, stack, kind, image, repository, tag, digest, gateway_namespace, state, current,
                running, target, deployed, created, modified)
            VALUES (\(id.text), \(agent.id.text), \(service.name.description), \(service.stack?.description), \(service.kind.rawValue),
                \(service.image.text), \(reference.repository.description), \(reference.tag), \(reference.digest?.description),
                \(service.namespace?.description), \(service.state.rawValue), \(service.containers.current),
                \(service.containers.running), \(service.containers.target), \(service.deployed?.milliseconds),
                \(date.milliseconds), \(date.milliseconds))
            """)
    }

    /// The key of the service, and with it its repository and the namespaces that see it, is unchanged.
    private func update(_ service: ReportedService, _ id: String, at date: Date) throws {
        let reference = service.image.reference
        try db.change(
            """
            UPDATE services SET image = \(service.image.text), tag = \(reference.tag), digest = \(reference.digest?.description),
                state = \(service.state.rawValue), current = \(service.containers.current), running = \(service.containers.running),
                target = \(service.containers.target), deployed = \(service.deployed?.milliseconds), modified = \(date.milliseconds)
            WHERE id = \(id)
            """)
    }

    func deleteAgent(_ id: Agent.ID) throws {
        try db.change("DELETE FROM agents WHERE id = \(id.text)")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func removeAgent(_ id: Agent.ID, from namespace: NamespaceName) throws {
        try db.change(
            "DELETE FROM agent_namespaces WHERE namespace = \(namespace.description) AND agent = \(id.text)")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }
}

private struct StoredService {
    let id: String
    let service: ReportedService

    init(row: Row) throws {
        id = try row.value("id")
        service = ReportedService(
            name: try row.serviceName("name"), stack: try row.optionalServiceName("stack"), kind: try row.choice("kind"),
            image: try Service.Image(row: row), namespace: try row.optionalNamespace("gateway_namespace"),
            state: try row.choice("state"), containers: try Service.Containers(row: row), deployed: try row.optionalDate("deployed"))
    }
}

extension Agent {
    fileprivate static let columns: SQL = """
        a.*, (SELECT count(*) FROM service_uses u WHERE u.agent = n.agent AND u.namespace = n.namespace) AS seen
        """
    fileprivate static let tables: SQL = "agent_namespaces n CROSS JOIN agents a ON a.id = n.agent"

    fileprivate init(row: Row) throws {
        let report = Report(
            instance: try row.value("instance"), process: try row.uuid("process"), sequence: try row.value("sequence"),
            engine: try row.choice("engine"), hash: try row.value("hash"), key: try row.value("key_id"), date: try row.date("reported"),
            ran: TimeInterval(try row.value("ran") as Int64) / 1000)
        self.init(
            id: try row.uuid("id"), account: try row.uuid("account"), accountName: try row.accountName("account_name"),
            name: try row.agentName("name"), report: report, replaced: try row.words("replaced") { UUID(uuidString: $0) },
            created: try row.date("created"), services: try row.value("seen"))
    }
}
