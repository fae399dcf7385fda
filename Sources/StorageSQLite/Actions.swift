import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func action(_ id: Action.ID, in namespace: NamespaceName) throws -> Action? {
        try db.row("SELECT * FROM actions WHERE id = \(id.text) AND namespace = \(namespace.description)")
            .map(Action.init(row:))
    }

    func actions(in namespace: NamespaceName, where filter: ActionFilter, page: Page) throws -> Listing<Action> {
        let condition = Self.condition(namespace, filter)
        let rows = try db.rows(
            "SELECT * FROM actions WHERE \(condition) ORDER BY sequence DESC LIMIT \(page.limit) OFFSET \(page.offset)")
        let total =
            filter == ActionFilter()
            ? try db.number("SELECT count FROM action_counts WHERE namespace = \(namespace.description)")
            : try db.number("SELECT count(*) FROM actions WHERE \(condition)")
        return Listing(items: try rows.map(Action.init(row:)), total: total ?? 0)
    }

    func actions(after id: Action.ID?, limit: Int) throws -> [Action] {
        let last = try id.flatMap { try db.number("SELECT sequence FROM actions WHERE id = \($0.text)") } ?? 0
        return try db.rows("SELECT * FROM actions WHERE sequence > \(last) ORDER BY sequence LIMIT \(limit)").map(Action.init(row:))
    }

    private static func condition(_ namespace: NamespaceName, _ filter: ActionFilter) -> SQL {
        var condition: SQL = "namespace = \(namespace.description)"
        if let prefix = filter.idPrefix {
            condition += " AND id >= \(prefix) AND id < \(prefix + "\u{7F}") AND substr(id, 1, \(prefix.unicodeScalars.count)) = \(prefix)"
        }
        if let state = filter.state { condition += " AND state = \(state.rawValue)" }
        if let objects = filter.objects {
            let any = objects.map { object -> SQL in "(object_kind = \(object.kind) AND object = \(object.text))" }
            condition += " AND (\(any.joined(separator: " OR ")))"
        }
        for (column, range) in [("started", filter.started), ("ended", filter.ended)] {
            if let from = range.from { condition += " AND \(identifier: column) >= \(from.milliseconds)" }
            if let to = range.to { condition += " AND \(identifier: column) <= \(to.milliseconds)" }
        }
        return condition
    }
}

extension SQLiteWriter {
    func record(_ action: Action) throws {
        let origin = action.origin
        guard try db.number("SELECT 1 FROM actions WHERE id = \(action.id.text)") == nil else { return try finish(action) }
        try db.execute(
            literal: """
                INSERT INTO actions (id, namespace, kind, object_kind, object, state, status, started, ended, user, key_id, address,
                    method, path, user_agent)
                VALUES (\(action.id.text), \(action.namespace.description), \(action.kind.rawValue), \(action.object.kind),
                    \(action.object.text), \(action.state.rawValue), \(action.status), \(action.started.milliseconds),
                    \(action.ended.milliseconds), \(origin.user), \(origin.keyID), \(origin.address), \(origin.method), \(origin.path),
                    \(origin.userAgent))
                """)
        try db.execute(
            literal: """
                INSERT INTO action_counts (namespace, count) VALUES (\(action.namespace.description), 1)
                ON CONFLICT (namespace) DO UPDATE SET count = count + 1
                """)
    }

    private func finish(_ action: Action) throws {
        try db.execute(
            literal: """
                UPDATE actions SET state = \(action.state.rawValue), status = \(action.status), ended = \(action.ended.milliseconds)
                WHERE id = \(action.id.text) AND state = \(Action.State.inProgress.rawValue)
                """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func deleteActions(before date: Date, limit: Int) throws -> Int {
        let old: SQL = "SELECT sequence FROM actions WHERE ended < \(date.milliseconds) ORDER BY ended LIMIT \(limit)"
        try db.execute(
            literal: """
                UPDATE action_counts SET count = count - old.number
                FROM (SELECT namespace, count(*) AS number FROM actions WHERE sequence IN (\(old)) GROUP BY namespace) AS old
                WHERE old.namespace = action_counts.namespace
                """)
        try db.execute(literal: "DELETE FROM actions WHERE sequence IN (\(old))")
        return db.changesCount
    }
}

extension Action.Object {
    fileprivate var kind: String { stored.kind }
    fileprivate var text: String { stored.text }

    private var stored: (kind: String, text: String) {
        switch self {
        case .repository(let name): ("repository", name.description)
        case .registry(let authority): ("registry", authority.description)
        case .organization(let name): ("organization", name.description)
        case .member(let name): ("member", name.description)
        case .robot(let name): ("robot", name.description)
        case .user(let name): ("user", name.description)
        case .apiKey(let id): ("apikey", id)
        case .path(let path): ("path", path)
        }
    }

    fileprivate init(row: Row) throws {
        switch try row.value("object_kind") as String {
        case "repository": self = .repository(try row.repositoryName("object"))
        case "registry": self = .registry(try row.authority("object"))
        case "organization": self = .organization(try row.namespace("object"))
        case "member": self = .member(try row.namespace("object"))
        case "robot": self = .robot(try row.robotName("object"))
        case "user": self = .user(try row.namespace("object"))
        case "apikey": self = .apiKey(try row.value("object"))
        case "path": self = .path(try row.value("object"))
        default: throw StoreError.unreadable("column object_kind")
        }
    }
}

extension Action {
    fileprivate init(row: Row) throws {
        self.init(
            id: try row.uuid("id"), namespace: try row.namespace(), kind: try row.choice("kind"),
            object: try Action.Object(row: row), state: try row.choice("state"), status: try row.value("status"),
            started: try row.date("started"), ended: try row.date("ended"),
            origin: Origin(
                user: try row.value("user"), keyID: try row.value("key_id"), address: try row.value("address"),
                method: try row.value("method"), path: try row.value("path"), userAgent: try row.value("user_agent")))
    }
}
