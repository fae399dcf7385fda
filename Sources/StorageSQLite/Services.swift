import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func service(_ id: Service.ID, in namespace: NamespaceName) throws -> Service? {
        let condition: SQL = "u.namespace = \(namespace.description) AND u.service = \(id.text)"
        return try db.row("SELECT \(Service.columns) FROM \(Service.tables) WHERE \(condition)").map(Service.init(row:))
    }

    func services(in namespace: NamespaceName, where filter: ServiceFilter, page: Page) throws -> Listing<Service> {
        // SQLite binds a text up to its first NUL, and that prefix would match too much.
        guard filter.idPrefix?.utf8.contains(0) != true, filter.after?.name.utf8.contains(0) != true else { return .empty }
        return try listing(
            ServiceSearch(namespace: namespace, filter: filter), page: page,
            cursor: { NamedPlace(name: try $0.value("name"), id: try $0.uuid("id")) }, read: Service.init(row:))
    }
}

/// Translates a filter of services into a query of the index of names, or of that of repositories.
private struct ServiceSearch: IndexedList {
    let namespace: NamespaceName
    let filter: ServiceFilter

    var after: NamedPlace? { filter.after }
    var order: SQL { "u.name, u.service" }

    func parts(after place: NamedPlace?) -> [NamedPlace?] { [place] }

    func place(_ row: Row) throws -> NamedPlace {
        NamedPlace(name: try row.value("name"), id: try row.uuid("service"))
    }

    func select(_ columns: ListColumns, in place: NamedPlace?) -> SQL {
        let behind: SQL = place.map { " AND (u.name, u.service) > (\($0.name), \($0.id.text))" } ?? ""
        let conditions: SQL = "u.namespace = \(namespace.description)\(condition)\(behind)"
        return switch columns {
        case .item: "SELECT \(Service.columns) FROM \(Service.tables) WHERE \(conditions)"
        case .place: "SELECT u.name, u.service FROM \(tables) WHERE \(conditions)"
        case .none: "SELECT 1 FROM \(tables) WHERE \(conditions)"
        }
    }

    /// The tables of the conditions.
    private var tables: SQL {
        filter.state == nil && filter.image?.tag == nil && filter.image?.digest == nil
            ? "service_uses u" : "service_uses u CROSS JOIN services s ON s.id = u.service"
    }

    private var condition: SQL {
        var condition: SQL = ""
        if let prefix = filter.idPrefix { condition += NameRange(prefix: prefix).contains("u.service") }
        if let name = filter.name { condition += " AND u.name = \(name.description)" }
        if let image = filter.image {
            condition += " AND u.repository = \(image.repository.description)"
            if let digest = image.digest { condition += " AND s.digest = \(digest.description)" }
            // Without a tag and a digest, the engine uses the tag `latest`.
            if let tag = image.tag { condition += " AND coalesce(s.tag, CASE WHEN s.digest IS NULL THEN 'latest' END) = \(tag)" }
        }
        if let state = filter.state { condition += " AND s.state = \(state.rawValue)" }
        // The unary plus keeps SQLite from reading the parts by another index, which it would have to sort:
        // https://sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_
        guard !filter.patterns.isEmpty else { return condition }
        let ranges = NameRange.ranges(of: RepositoryFilter(patterns: filter.patterns))
        let allowed = ranges.map { range -> SQL in "(true\(range.contains("+u.repository")))" }
        return "\(condition) AND (\(allowed.joined(separator: " OR ")))"
    }
}

extension SQLiteWriter {
    func insert(_ service: Service) throws {
        let reference = service.image.reference
        try db.change(
            """
            INSERT INTO services (id, namespace, name, image, repository, tag, digest, state, current, running, target, created, modified)
            VALUES (\(service.id.text), \(service.namespace.description), \(service.name.description), \(service.image.text),
                \(reference.repository.description), \(reference.tag), \(reference.digest?.description), \(service.state.rawValue),
                \(service.containers.current), \(service.containers.running), \(service.containers.target),
                \(service.created.milliseconds), \(service.modified.milliseconds))
            """)
    }

    func update(_ service: Service) throws {
        let reference = service.image.reference
        try db.change(
            """
            UPDATE services SET name = \(service.name.description), image = \(service.image.text),
                repository = \(reference.repository.description), tag = \(reference.tag), digest = \(reference.digest?.description),
                modified = \(service.modified.milliseconds)
            WHERE id = \(service.id.text) AND namespace = \(service.namespace.description)
            """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func delete(_ service: Service) throws {
        try db.change(
            "DELETE FROM services WHERE id = \(service.id.text) AND namespace = \(service.namespace.description)")
        guard db.changesCount == 1 else { throw StoreError.stale }
    }
}

extension Service {
    fileprivate static let columns: SQL = """
        s.*, u.namespace AS visible_in, a.name AS agent_name, a.reported AS agent_reported, a.ran AS agent_ran
        """
    fileprivate static let tables: SQL =
        "service_uses u CROSS JOIN services s ON s.id = u.service LEFT JOIN agents a ON a.id = s.agent"

    fileprivate init(row: Row) throws {
        self.init(
            id: try row.uuid("id"), namespace: try row.namespace("visible_in"), name: try row.serviceName("name"),
            image: try Image(row: row), state: try row.choice("state"), containers: try Containers(row: row),
            source: try row.value("agent") as String? == nil ? nil : Source(row: row), created: try row.date("created"),
            modified: try row.date("modified"))
    }
}

extension Service.Source {
    fileprivate init(row: Row) throws {
        self.init(
            agent: try row.uuid("agent"), agentName: try row.agentName("agent_name"), kind: try row.choice("kind"),
            stack: try row.optionalServiceName("stack"), deployed: try row.optionalDate("deployed"),
            reported: try row.date("agent_reported"), ran: TimeInterval(try row.value("agent_ran") as Int64) / 1000)
    }
}

// Reads columns of the table `services`.
extension Service.Image {
    init(row: Row) throws {
        self.init(
            try row.value("image"),
            ImageReference(
                repository: try row.repositoryName("repository"), tag: try row.value("tag"), digest: try row.optionalDigest("digest")))
    }
}

extension Service.Containers {
    init(row: Row) throws {
        self.init(current: try row.value("current"), running: try row.value("running"), target: try row.value("target"))
    }
}
