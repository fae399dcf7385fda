import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func repository(_ name: RepositoryName, in namespace: NamespaceName) throws -> Repository? {
        let condition: SQL = "r.namespace = \(namespace.description) AND r.name = \(name.description)"
        return try db.row("\(Self.selectRepositories) WHERE \(condition)").map { try verified($0) }
    }

    func repositories(in namespace: NamespaceName, where filter: RepositoryFilter, page: Page) throws -> Listing<Repository> {
        // SQLite binds a text up to its first NUL, and that prefix would match too much.
        guard ![filter.namePrefix, filter.nameFragment].contains(where: { $0?.utf8.contains(0) == true }) else { return .empty }
        return try listing(
            RepositorySearch(namespace: namespace, filter: filter), page: page, cursor: { try $0.repositoryName("name") },
            read: { try verified($0) })
    }

    func repositories(withChecksBegunBefore date: Date, limit: Int) throws -> [Repository] {
        let condition: SQL = "r.check_begun < \(date.milliseconds)"
        return try verifiedItems(db.rows("\(Self.selectRepositories) WHERE \(condition) ORDER BY r.check_begun LIMIT \(limit)")).items
    }

    fileprivate static let isInUse: SQL = """
        EXISTS (SELECT 1 FROM service_uses u WHERE u.namespace = r.namespace AND u.repository = r.name)
        """

    static let repositoryColumns: SQL = "r.*, c.version AS credential_version, \(isInUse) AS is_in_use"
    static let credentialJoin: SQL = " LEFT JOIN credentials c ON c.id = r.credential"
    func repositoriesWithCredentials(after id: Repository.ID?, limit: Int) throws -> [Repository] {
        let found = try db.rows(
            """
            \(Self.selectRepositories) WHERE r.id > \(id?.text ?? "") AND r.credential IS NOT NULL ORDER BY r.id LIMIT \(limit)
            """)
        return try (verifiedItems(found) as (items: [Repository], omitted: Int)).items
    }

    static let selectRepositories: SQL = "SELECT \(repositoryColumns) FROM repositories r\(credentialJoin)"
}

/// Translates a filter of repositories into queries that use the indexes.
private struct RepositorySearch: NamedList {
    let namespace: NamespaceName
    let filter: RepositoryFilter
    let ranges: [NameRange]

    init(namespace: NamespaceName, filter: RepositoryFilter) {
        self.namespace = namespace
        self.filter = filter
        ranges = NameRange.ranges(of: filter)
    }

    /// Counters have the totals without a filter and of a registry.
    var total: SQL? {
        guard ranges == [.all], filter.nameFragment == nil, filter.isInUse == nil else { return nil }
        let namespace = namespace.description
        guard let authority = filter.authority else { return "SELECT count FROM repository_totals WHERE namespace = \(namespace)" }
        return "SELECT count FROM repository_counts WHERE namespace = \(namespace) AND authority = \(authority.description)"
    }

    var after: String? { filter.after?.description }

    func select(_ columns: ListColumns, in range: NameRange) -> SQL {
        switch columns {
        case .item: select(SQLiteReader.repositoryColumns, with: SQLiteReader.credentialJoin, in: range)
        case .place: select("r.name AS place", in: range)
        case .none: select("1", in: range)
        }
    }

    /// - Parameter join: joins with further tables of the columns.
    private func select(_ columns: SQL, with join: SQL = "", in range: NameRange) -> SQL {
        // Repositories in use are found from the services, which may be few.
        filter.isInUse == true
            ? """
            SELECT \(columns)
            FROM service_uses u CROSS JOIN repositories r ON r.namespace = u.namespace AND r.name = u.repository\(join)
            WHERE u.namespace = \(namespace.description)\(range.contains("u.repository"))\(condition)
            GROUP BY u.repository
            """
            : "SELECT \(columns) FROM repositories r\(join) WHERE r.namespace = \(namespace.description)\(range.contains("r.name"))\(condition)"
    }

    var order: SQL { filter.isInUse == true ? "u.repository" : "r.name" }

    /// The conditions that the index of names does not support.
    private var condition: SQL {
        var condition: SQL = ""
        if let authority = filter.authority { condition += " AND r.authority = \(authority.description)" }
        if let fragment = filter.nameFragment { condition += " AND instr(r.name, \(fragment)) > 0" }
        if filter.isInUse == false { condition += " AND NOT \(SQLiteReader.isInUse)" }
        return condition
    }
}

extension SQLiteWriter {
    func insert(_ repository: Repository) throws {
        let verification = repository.verification
        try db.change(
            """
            INSERT INTO repositories (id, namespace, name, authority, credential, state, state_reason, state_before, pull, push,
                checked, due, silences, check_begun, is_accepted, created, modified, code)
            VALUES (\(repository.id.text), \(repository.namespace.description), \(repository.name.description),
                \(repository.name.authority.description), \(repository.credential?.id.text), \(verification.state.rawValue),
                \(verification.reason), \(verification.stateBefore?.rawValue), \(verification.granted.pull.rawValue),
                \(verification.granted.push.rawValue), \(verification.checked?.milliseconds), \(verification.due?.milliseconds),
                \(verification.silences),
                \(verification.begun?.milliseconds), \(verification.isAccepted), \(repository.created.milliseconds),
                \(repository.modified.milliseconds), \(try code(of: repository.authenticated)))
            """)
        try db.change(
            """
            INSERT INTO repository_counts (namespace, authority, count)
            VALUES (\(repository.namespace.description), \(repository.name.authority.description), 1)
            ON CONFLICT (namespace, authority) DO UPDATE SET count = count + 1
            """)
    }

    func update(_ repository: Repository) throws {
        let verification = repository.verification
        try db.change(
            """
            UPDATE repositories SET credential = \(repository.credential?.id.text), state = \(verification.state.rawValue),
                state_reason = \(verification.reason), state_before = \(verification.stateBefore?.rawValue),
                pull = \(verification.granted.pull.rawValue),
                push = \(verification.granted.push.rawValue), checked = \(verification.checked?.milliseconds),
                due = \(verification.due?.milliseconds), silences = \(verification.silences),
                check_begun = \(verification.begun?.milliseconds), is_accepted = \(verification.isAccepted),
                modified = \(repository.modified.milliseconds), code = \(try code(of: repository.authenticated))
            WHERE id = \(repository.id.text)
            """)
        guard db.changesCount == 1 else { throw StoreError.stale }
    }

    func note(_ use: Repository.Use, ofPush isPush: Bool, on id: Repository.ID) throws {
        let columns: SQL =
            isPush
            ? "last_push = \(use.date.milliseconds), last_push_account = \(use.account)"
            : "last_pull = \(use.date.milliseconds), last_pull_account = \(use.account)"
        try db.change("UPDATE repositories SET \(columns) WHERE id = \(id.text)")
    }

    func delete(_ repository: Repository) throws {
        try db.change("DELETE FROM repositories WHERE id = \(repository.id.text)")
        guard db.changesCount == 1 else { throw StoreError.stale }
        try db.change(
            """
            UPDATE repository_counts SET count = count - 1
            WHERE namespace = \(repository.namespace.description) AND authority = \(repository.name.authority.description)
            """)
        try db.change(
            """
            DELETE FROM repository_counts
            WHERE namespace = \(repository.namespace.description) AND authority = \(repository.name.authority.description) AND count = 0
            """)
    }
}

extension Repository {
    init(unverified row: Row) throws {
        let credential: CredentialReference? =
            (try row.value("credential") as String?) == nil
            ? nil : CredentialReference(id: try row.uuid("credential"), version: try row.value("credential_version"))
        self.init(
            id: try row.uuid("id"), namespace: try row.namespace(), name: try row.repositoryName("name"), credential: credential,
            verification: Verification(
                state: try row.choice("state"), reason: try row.value("state_reason"),
                granted: Grants(pull: try row.choice("pull"), push: try row.choice("push")),
                checked: try row.optionalDate("checked"), due: try row.optionalDate("due"), silences: try row.value("silences"),
                begun: try row.optionalDate("check_begun"), isAccepted: try row.value("is_accepted"),
                stateBefore: try row.value("state_before") as String? == nil ? nil : try row.choice("state_before")),
            created: try row.date("created"), modified: try row.date("modified"), isInUse: try row.value("is_in_use"),
            lastPull: try Self.use(row, "last_pull"), lastPush: try Self.use(row, "last_push"))
    }

    private static func use(_ row: Row, _ column: String) throws -> Use? {
        try row.optionalDate(column).map { Use(date: $0, account: try row.value("\(column)_account")) }
    }
}
