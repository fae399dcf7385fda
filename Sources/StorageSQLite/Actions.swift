import Domain
import FoundationEssentials
import GRDB
import Naming

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
                INSERT INTO actions (id, namespace, kind, repository, state, started, ended, user, key_id, address, method, path,
                    user_agent)
                VALUES (\(action.id.text), \(action.namespace.description), \(action.kind.rawValue), \(action.object.repository),
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
    fileprivate var repository: String {
        switch self {
        case .repository(let name): name.description
        }
    }
}

extension Action {
    fileprivate init(row: Row) throws {
        self.init(
            id: try row.uuid("id"), namespace: try row.namespace(), kind: try row.choice("kind"),
            object: .repository(try row.repositoryName("repository")), state: try row.choice("state"),
            started: try row.date("started"), ended: try row.date("ended"),
            origin: Origin(
                user: try row.value("user"), keyID: try row.value("key_id"), address: try row.value("address"),
                method: try row.value("method"), path: try row.value("path"), userAgent: try row.value("user_agent")))
    }
}
