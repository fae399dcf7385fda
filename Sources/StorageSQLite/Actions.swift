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

    func actions(in namespace: NamespaceName, page: Page) throws -> Listing<Action> {
        let rows = try db.rows(
            """
            SELECT * FROM actions WHERE namespace = \(namespace.description)
            ORDER BY sequence DESC LIMIT \(page.limit) OFFSET \(page.offset)
            """)
        let total = try db.number("SELECT count FROM action_counts WHERE namespace = \(namespace.description)")
        return Listing(items: try rows.map(Action.init(row:)), total: total ?? 0)
    }
}

extension SQLiteWriter {
    func insert(_ action: Action) throws {
        let origin = action.origin
        try db.execute(
            literal: """
                INSERT INTO actions (id, namespace, kind, object_kind, object, state, started, ended, user, key_id, address, method, path,
                    user_agent)
                VALUES (\(action.id.text), \(action.namespace.description), \(action.kind.rawValue), \(action.object.kind), \(action.object.text),
                    \(action.state.rawValue), \(action.started.milliseconds), \(action.ended.milliseconds), \(origin.user),
                    \(origin.keyID), \(origin.address), \(origin.method), \(origin.path), \(origin.userAgent))
                """)
        try db.execute(
            literal: """
                INSERT INTO action_counts (namespace, count) VALUES (\(action.namespace.description), 1)
                ON CONFLICT (namespace) DO UPDATE SET count = count + 1
                """)
    }
}

extension Action.Object {
    fileprivate var kind: String {
        switch self {
        case .repository: "repository"
        case .registry: "registry"
        }
    }

    fileprivate var text: String {
        switch self {
        case .repository(let name): name.description
        case .registry(let authority): authority.description
        }
    }

    fileprivate init(row: Row) throws {
        switch try row.value("object_kind") as String {
        case "repository": self = .repository(try row.repositoryName("object"))
        case "registry": self = .registry(try row.authority("object"))
        default: throw StoreError.unreadable("column object_kind")
        }
    }
}

extension Action {
    fileprivate init(row: Row) throws {
        self.init(
            id: try row.uuid("id"), namespace: try row.namespace(), kind: try row.choice("kind"),
            object: try Action.Object(row: row), state: try row.choice("state"),
            started: try row.date("started"), ended: try row.date("ended"),
            origin: Origin(
                user: try row.value("user"), keyID: try row.value("key_id"), address: try row.value("address"),
                method: try row.value("method"), path: try row.value("path"), userAgent: try row.value("user_agent")))
    }
}
