import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func repository(_ name: RepositoryName, in namespace: NamespaceName) throws -> Repository? {
        let condition: SQL = "r.namespace = \(namespace.description) AND r.name = \(name.description)"
        return try db.row("\(Self.select) WHERE \(condition)").map(Repository.init(row:))
    }

    func repositories(in namespace: NamespaceName, where filter: RepositoryFilter, page: Page) throws -> Listing<Repository> {
        let condition = Self.condition(namespace, filter)
        let rows = try db.rows("\(Self.select) WHERE \(condition) ORDER BY r.name LIMIT \(page.limit) OFFSET \(page.offset)")
        return Listing(items: try rows.map(Repository.init(row:)), total: try count(namespace, filter, condition))
    }

    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, limit: Int) throws -> [Repository] {
        var condition: SQL = "r.due <= \(date.milliseconds)"
        if !registries.isEmpty { condition += " AND r.authority NOT IN \(registries.map(\.description))" }
        return try db.rows("\(Self.select) WHERE \(condition) ORDER BY r.due LIMIT \(limit)").map(Repository.init(row:))
    }

    func repositories(withChecksBegunBefore date: Date, limit: Int) throws -> [Repository] {
        let condition: SQL = "r.check_begun < \(date.milliseconds)"
        return try db.rows("\(Self.select) WHERE \(condition) ORDER BY r.check_begun LIMIT \(limit)").map(Repository.init(row:))
    }

    /// Counting rows costs a thousand times what reading a page does, so the totals that every listing needs are kept; only
    /// conditions on a text or on services are counted.
    private func count(_ namespace: NamespaceName, _ filter: RepositoryFilter, _ condition: SQL) throws -> Int {
        let isCounted =
            filter.name == nil && filter.namePrefix == nil && filter.nameFragment == nil && filter.isInUse == nil && filter.patterns.isEmpty
            && filter.after == nil
        guard isCounted else {
            return try db.number("SELECT count(*) FROM repositories r WHERE \(condition)") ?? 0
        }
        var counted: SQL = "namespace = \(namespace.description)"
        if let authority = filter.authority { counted += " AND authority = \(authority.description)" }
        return try db.number("SELECT coalesce(sum(count), 0) FROM repository_counts WHERE \(counted)") ?? 0
    }

    private static let isInUse: SQL = """
        EXISTS (SELECT 1 FROM services s
            WHERE s.namespace = r.namespace AND s.repository = r.name AND s.state <> 'Terminated')
        """

    private static let select: SQL = """
        SELECT r.*, c.version AS credential_version, \(isInUse) AS is_in_use
        FROM repositories r LEFT JOIN credentials c ON c.id = r.credential
        """

    private static func condition(_ namespace: NamespaceName, _ filter: RepositoryFilter) -> SQL {
        // A text is bound up to its first NUL, and what is left of it would find too much.
        guard ![filter.namePrefix, filter.nameFragment].contains(where: { $0?.utf8.contains(0) == true }) else { return "FALSE" }
        var condition: SQL = "r.namespace = \(namespace.description)"
        if let name = filter.name { condition += " AND r.name = \(name.description)" }
        if let prefix = filter.namePrefix { condition += " AND \(startsWith(prefix))" }
        if let after = filter.after { condition += " AND r.name > \(after.description)" }
        if !filter.patterns.isEmpty {
            let any = filter.patterns.map { pattern -> SQL in
                let (text, isWhole) = pattern.name
                return isWhole ? "r.name = \(text)" : startsWith(text)
            }
            condition += " AND (\(any.joined(separator: " OR ")))"
        }
        if let fragment = filter.nameFragment { condition += " AND instr(r.name, \(fragment)) > 0" }
        if let authority = filter.authority { condition += " AND r.authority = \(authority.description)" }
        if let isInUse = filter.isInUse { condition += isInUse ? " AND \(Self.isInUse)" : " AND NOT \(Self.isInUse)" }
        return condition
    }

    /// No name has a byte beyond `~`.
    private static func startsWith(_ prefix: String) -> SQL {
        "(r.name >= \(prefix) AND r.name < \(prefix + "\u{7F}") AND substr(r.name, 1, \(prefix.unicodeScalars.count)) = \(prefix))"
    }
}

extension SQLiteWriter {
    func insert(_ repository: Repository) throws {
        let verification = repository.verification
        try db.execute(
            literal: """
                INSERT INTO repositories (id, namespace, name, authority, credential, state, state_reason, pull, push, checked,
                    due, silences, check_begun, is_accepted, created, modified)
                VALUES (\(repository.id.text), \(repository.namespace.description), \(repository.name.description),
                    \(repository.name.authority.description), \(repository.credential?.id.text), \(verification.state.rawValue),
                    \(verification.reason), \(verification.granted.pull.rawValue), \(verification.granted.push.rawValue),
                    \(verification.checked?.milliseconds), \(verification.due?.milliseconds), \(verification.silences),
                    \(verification.begun?.milliseconds), \(verification.isAccepted), \(repository.created.milliseconds),
                    \(repository.modified.milliseconds))
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
                    state_reason = \(verification.reason), pull = \(verification.granted.pull.rawValue),
                    push = \(verification.granted.push.rawValue), checked = \(verification.checked?.milliseconds),
                    due = \(verification.due?.milliseconds), silences = \(verification.silences),
                    check_begun = \(verification.begun?.milliseconds), is_accepted = \(verification.isAccepted),
                    modified = \(repository.modified.milliseconds)
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
    }
}

extension Repository {
    fileprivate init(row: Row) throws {
        let credential: CredentialReference? =
            (try row.value("credential") as String?) == nil
            ? nil : CredentialReference(id: try row.uuid("credential"), version: try row.value("credential_version"))
        self.init(
            id: try row.uuid("id"), namespace: try row.namespace(), name: try row.repositoryName("name"), credential: credential,
            verification: Verification(
                state: try row.choice("state"), reason: try row.value("state_reason"),
                granted: Grants(pull: try row.choice("pull"), push: try row.choice("push")),
                checked: try row.optionalDate("checked"), due: try row.optionalDate("due"), silences: try row.value("silences"),
                begun: try row.optionalDate("check_begun"), isAccepted: try row.value("is_accepted")),
            created: try row.date("created"), modified: try row.date("modified"), isInUse: try row.value("is_in_use"),
            lastPull: try Self.use(row, "last_pull"), lastPush: try Self.use(row, "last_push"))
    }

    private static func use(_ row: Row, _ column: String) throws -> Use? {
        try row.optionalDate(column).map { Use(date: $0, account: try row.value("\(column)_account")) }
    }
}
