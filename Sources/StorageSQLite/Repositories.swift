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
        let search = RepositorySearch(namespace: namespace, filter: filter)
        let found = try rows(search, page)
        let (items, omitted) = try verifiedItems(found.prefix(page.limit)) as (items: [Repository], omitted: Int)
        return Listing(
            items: items, count: try count(search), isExact: search.isCounted, hasMore: found.count > page.limit, omitted: omitted,
            cursor: cursor(of: found.prefix(page.limit)) { try $0.repositoryName("name") })
    }

    /// The rows of a page, and the next row if there is one. Ranges are read one by one until the page is full; an offset is resolved to a
    /// name in the index before any row is read.
    private func rows(_ search: RepositorySearch, _ page: Page) throws -> [Row] {
        var rows: [Row] = []
        var offset = search.filter.after == nil ? page.offset : 0
        for var range in search.rangesOfPage where rows.count <= page.limit {
            if offset > 0 {
                guard let first = try db.text("\(search.select("r.name", in: range)) ORDER BY \(search.order) LIMIT 1 OFFSET \(offset)")
                else {
                    if search.ranges.count > 1 { offset -= try db.number("SELECT count(*) FROM (\(search.select("1", in: range)))") ?? 0 }
                    continue
                }
                (range.lower, offset) = (first, 0)
            }
            let limit = page.limit + 1 - rows.count
            rows += try db.rows(
                "\(search.select(Self.repositoryColumns, in: range, with: Self.credentialJoin)) ORDER BY \(search.order) LIMIT \(limit)")
        }
        return rows
    }

    /// Counters have the totals without a filter and of a registry; other totals are counted up to a limit.
    private func count(_ search: RepositorySearch) throws -> Int {
        guard search.isCounted else {
            return try search.ranges.reduce(0) { count, range in
                guard count <= Listing<Repository>.countLimit else { return count }
                let limit = Listing<Repository>.countLimit + 1 - count
                return try count + (db.number("SELECT count(*) FROM (\(search.select("1", in: range)) LIMIT \(limit))") ?? 0)
            }
        }
        var counted: SQL = "namespace = \(search.namespace.description)"
        if let authority = search.filter.authority { counted += " AND authority = \(authority.description)" }
        return try db.number("SELECT coalesce(sum(count), 0) FROM repository_counts WHERE \(counted)") ?? 0
    }

    func repositories(withChecksBegunBefore date: Date, limit: Int) throws -> [Repository] {
        let condition: SQL = "r.check_begun < \(date.milliseconds)"
        return try verifiedItems(db.rows("\(Self.selectRepositories) WHERE \(condition) ORDER BY r.check_begun LIMIT \(limit)")).items
    }

    fileprivate static let isInUse: SQL = """
        EXISTS (SELECT 1 FROM services s
            WHERE s.namespace = r.namespace AND s.repository = r.name AND s.state <> 'Terminated')
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
private struct RepositorySearch {
    let namespace: NamespaceName
    let filter: RepositoryFilter
    let ranges: [NameRange]

    init(namespace: NamespaceName, filter: RepositoryFilter) {
        self.namespace = namespace
        self.filter = filter
        ranges = NameRange.ranges(of: filter)
    }

    /// Whether counters have the total.
    var isCounted: Bool {
        ranges == [.all] && filter.nameFragment == nil && filter.isInUse == nil
    }

    /// The ranges after the repository at which the page starts.
    var rangesOfPage: [NameRange] {
        guard let after = filter.after else { return ranges }
        return ranges.map { $0.intersection(NameRange(after: after.description)) }.filter { !$0.isEmpty }
    }

    /// - Parameter join: joins with further tables of the columns.
    func select(_ columns: SQL, in range: NameRange, with join: SQL = "") -> SQL {
        // Repositories in use are found from the services, which may be few.
        filter.isInUse == true
            ? """
            SELECT \(columns)
            FROM services s CROSS JOIN repositories r ON r.namespace = s.namespace AND r.name = s.repository\(join)
            WHERE s.namespace = \(namespace.description)\(inRange("s.repository", range)) AND s.state <> 'Terminated'\(condition)
            GROUP BY s.repository
            """
            : "SELECT \(columns) FROM repositories r\(join) WHERE r.namespace = \(namespace.description)\(inRange("r.name", range))\(condition)"
    }

    var order: SQL { filter.isInUse == true ? "s.repository" : "r.name" }

    private func inRange(_ column: SQL, _ range: NameRange) -> SQL {
        let lower: SQL = range.lower.isEmpty ? "" : " AND \(column) >= \(range.lower)"
        return range.upper.map { "\(lower) AND \(column) < \($0)" } ?? lower
    }

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
        try db.execute(
            literal: """
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
        try db.execute(
            literal: """
                INSERT INTO repository_counts (namespace, authority, count)
                VALUES (\(repository.namespace.description), \(repository.name.authority.description), 1)
                ON CONFLICT (namespace, authority) DO UPDATE SET count = count + 1
                """)
    }

    func update(_ repository: Repository) throws {
        let verification = repository.verification
        try db.execute(
            literal: """
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
        try db.execute(literal: "UPDATE repositories SET \(columns) WHERE id = \(id.text)")
    }

    func delete(_ repository: Repository) throws {
        try db.execute(literal: "DELETE FROM repositories WHERE id = \(repository.id.text)")
        guard db.changesCount == 1 else { throw StoreError.stale }
        try db.execute(
            literal: """
                UPDATE repository_counts SET count = count - 1
                WHERE namespace = \(repository.namespace.description) AND authority = \(repository.name.authority.description)
                """)
        try db.execute(
            literal: """
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
