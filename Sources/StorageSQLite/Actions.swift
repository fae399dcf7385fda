import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func action(_ id: Action.ID, in namespace: NamespaceName?) throws -> Action? {
        let condition: SQL = namespace.map { " AND namespace = \($0.description)" } ?? ""
        return try db.row("SELECT * FROM actions WHERE id = \(id.text)\(condition)").map(Action.init(row:))
    }

    func actions(in namespace: NamespaceName?, where filter: ActionFilter, page: Page) throws -> Listing<Action> {
        // SQLite binds a text up to its first NUL, and that prefix would match too much.
        let texts = [filter.idPrefix, filter.user, filter.key]
        guard !texts.contains(where: { $0?.utf8.contains(0) == true }), filter.objects?.isEmpty != true else { return .empty }
        let search = ActionSearch(namespace: namespace, filter: filter)
        let plan = try plan(search)
        let count = plan.isWalk ? nil : try plan.count ?? count(search.whole, by: plan.index)
        var place: ActionSearch.Place?
        if filter.after != nil || page.offset > 0 {
            place = try filter.after.map { try self.place(of: $0, search) } ?? self.place(at: page.offset - 1, search, by: plan.index)
            guard place != nil else { return Listing(items: [], count: count, isExact: search.isCounted, hasMore: false, cursor: nil) }
        }
        let end = plan.isWalk ? try self.place(at: Self.walk - 1, search.alone(plan.index), by: plan.index, behind: place) : nil
        let selected = search.select("*", by: plan.index, behind: place, upTo: end)
        let rows = try db.rows("\(selected) ORDER BY \(search.order) LIMIT \(page.limit + 1)")
        let items = try rows.prefix(page.limit).map(Action.init(row:))
        let hasRows = rows.count > page.limit
        // A walk that ends before the page is full continues after the last action that it read.
        let cursor = try hasRows || end == nil ? items.last?.id.text : end.flatMap { try id(at: $0) }
        return Listing(
            items: items, count: count, isExact: search.isCounted, hasMore: hasRows || end != nil, cursor: cursor)
    }

    /// The number of actions that a page reads to find matches of several conditions, each of which has too many matches to count.
    private static var walk: Int { Listing<Action>.countLimit }

    private func place(of id: Action.ID, _ search: ActionSearch) throws -> ActionSearch.Place? {
        try place("SELECT \(search.place) FROM actions WHERE id = \(id.text)\(search.andNamespace)")
    }

    private func place(
        at offset: Int, _ search: ActionSearch, by index: ActionSearch.Index, behind first: ActionSearch.Place? = nil
    ) throws -> ActionSearch.Place? {
        try place("\(search.select(search.place, by: index, behind: first)) ORDER BY \(search.order) LIMIT 1 OFFSET \(offset)")
    }

    private func place(_ sql: SQL) throws -> ActionSearch.Place? {
        try db.row(sql).map { ActionSearch.Place(date: try $0.value("date"), sequence: try $0.value("sequence")) }
    }

    private func id(at place: ActionSearch.Place) throws -> String? {
        try db.text("SELECT id FROM actions WHERE sequence = \(place.sequence)")
    }

    private struct Plan {
        let index: ActionSearch.Index
        /// The number of actions; nil if it is not known.
        var count: Int?
        /// Whether each of several conditions has too many matches to count.
        var isWalk = false
    }

    /// An index with another order than the list is used if its matches are few enough to sort.
    private func plan(_ search: ActionSearch) throws -> Plan {
        if search.isCounted { return Plan(index: search.orderedIndex, count: try storedCount(in: search.namespace)) }
        let indexes = search.indexes
        let isSingle = indexes.count == 1
        // A condition with few matches is found before the matches of the others are counted.
        for limit in [Self.few, Listing<Action>.countLimit + 1] {
            var (index, fewest) = (search.orderedIndex, limit)
            for candidate in indexes {
                // Counting stops at the fewest matches so far.
                let count = try count(search.alone(candidate), by: candidate, limit: fewest)
                if count < fewest { (index, fewest) = (candidate, count) }
            }
            if fewest < limit { return Plan(index: index, count: isSingle ? fewest : nil) }
        }
        return Plan(index: search.orderedIndex, count: isSingle ? Listing<Action>.countLimit + 1 : nil, isWalk: !isSingle)
    }

    /// So few matches are read as fast as a page.
    private static var few: Int { 100 }

    private func storedCount(in namespace: NamespaceName?) throws -> Int {
        guard let namespace else { return try db.number("SELECT actions FROM action_revisions WHERE only = 1") ?? 0 }
        return try db.number("SELECT count FROM action_counts WHERE namespace = \(namespace.description)") ?? 0
    }

    /// The number of matches, up to a limit.
    private func count(
        _ search: ActionSearch, by index: ActionSearch.Index, limit: Int = Listing<Action>.countLimit + 1
    ) throws -> Int {
        let newest = try db.number("SELECT max(sequence) FROM actions") ?? 0
        if let known = knownCounts?[search], known.newest <= newest {
            if known.matches > Listing<Action>.countLimit { return limit }
            if search.growsAtEnd {
                let added = search.select("1", by: index, upTo: ActionSearch.Place(sequence: Int64(known.newest) + 1))
                let matches = try known.matches + number(of: added, limit: Listing<Action>.countLimit + 1 - known.matches)
                knownCounts?[search] = ActionCounts.Count(matches: matches, newest: newest)
                return min(matches, limit)
            }
        }
        let matches = try number(of: search.select("1", by: index), limit: limit)
        let isMany = matches > Listing<Action>.countLimit
        if isMany ? search.onlyGrows : search.growsAtEnd && matches < limit {
            knownCounts?[search] = ActionCounts.Count(matches: matches, newest: newest)
        }
        return matches
    }

    private func number(of query: SQL, limit: Int) throws -> Int {
        try db.number("SELECT count(*) FROM (\(query) LIMIT \(limit))") ?? 0
    }

    func actions(after sequence: Int, limit: Int) throws -> [TrailEntry] {
        try db.rows("SELECT * FROM actions WHERE revision > \(sequence) ORDER BY revision LIMIT \(limit)").map { row in
            TrailEntry(sequence: try row.value("revision"), action: try Action(row: row))
        }
    }

    func actionsInProgress(limit: Int) throws -> [Action] {
        let state = Action.State.inProgress.rawValue
        return try db.rows("SELECT * FROM actions WHERE state = \(state) ORDER BY sequence LIMIT \(limit)").map(Action.init(row:))
    }

    func sequence(of position: TrailPosition) throws -> Int? {
        // The action may have been renumbered when its outcome was stored; the actions between both numbers must follow.
        try db.number("SELECT revision FROM actions WHERE id = \(position.id.text)").map { min($0, position.sequence ?? $0) }
    }

    func sequence(following position: TrailPosition) throws -> Int? {
        if let sequence = try sequence(of: position) { return sequence }
        guard let sequence = position.sequence, try db.number("SELECT 1 FROM actions WHERE revision = \(sequence)") == nil
        else { return nil }
        // A number greater than the last assigned one means that the database is an older copy.
        return try db.number("SELECT 1 FROM action_revisions WHERE only = 1 AND last >= \(sequence)") == nil ? nil : sequence
    }
}

extension SQLiteWriter {
    func record(_ action: Action) throws {
        let action = action.redacted
        let origin = action.origin
        guard try db.number("SELECT 1 FROM actions WHERE id = \(action.id.text)") == nil else {
            guard try storeOutcome(of: action) else { throw StoreError.stale }
            return
        }
        try db.change(
            """
            INSERT INTO actions (revision, id, namespace, kind, object_kind, object, reference, state, status, reason, attempts,
                started, ended, user, key_id, address, method, path, user_agent)
            VALUES (\(try nextRevision(counting: 1)), \(action.id.text), \(action.namespace.description), \(action.kind.rawValue),
                \(action.object.kind), \(action.object.text), \(action.reference), \(action.state.rawValue), \(action.status),
                \(action.reason), \(action.attempts), \(action.started.milliseconds), \(action.ended.milliseconds), \(origin.user),
                \(origin.keyID), \(origin.address), \(origin.method), \(origin.path), \(origin.userAgent))
            """)
        try db.change(
            """
            INSERT INTO action_counts (namespace, count) VALUES (\(action.namespace.description), 1)
            ON CONFLICT (namespace) DO UPDATE SET count = count + 1
            """)
    }

    func end(_ action: Action) throws { _ = try storeOutcome(of: action.redacted) }

    func revise(_ action: Action) throws {
        forgetCounts()
        let action = action.redacted
        let origin = action.origin
        guard try db.number("SELECT 1 FROM actions WHERE id = \(action.id.text)") != nil else { return try record(action) }
        try db.change(
            """
            UPDATE actions SET revision = \(try nextRevision()), object_kind = \(action.object.kind), object = \(action.object.text),
                reference = \(action.reference), state = \(action.state.rawValue), status = \(action.status),
                reason = \(action.reason), attempts = \(action.attempts), ended = \(action.ended.milliseconds),
                user = \(origin.user), key_id = \(origin.keyID), address = \(origin.address), method = \(origin.method),
                path = \(origin.path), user_agent = \(origin.userAgent)
            WHERE id = \(action.id.text)
            """)
    }

    /// Stores the outcome of an action in progress.
    ///
    /// - Returns: false if the action is not in progress.
    private func storeOutcome(of action: Action) throws -> Bool {
        try db.change(
            """
            UPDATE actions SET revision = \(try nextRevision()), reference = \(action.reference), state = \(action.state.rawValue),
                status = \(action.status), reason = \(action.reason), ended = \(action.ended.milliseconds),
                method = \(action.origin.method), path = \(action.origin.path), user_agent = \(action.origin.userAgent)
            WHERE id = \(action.id.text) AND state = \(Action.State.inProgress.rawValue)
            """)
        return db.changesCount == 1
    }

    /// - Parameter count: the number of new actions.
    private func nextRevision(counting count: Int = 0) throws -> Int {
        let update: SQL = "UPDATE action_revisions SET last = last + 1, actions = actions + \(count) WHERE only = 1 RETURNING last"
        guard let next = try db.number(update) else { throw StoreError.unreadable("table action_revisions") }
        return next
    }

    func deleteActions(before date: Date, limit: Int) throws -> Int {
        forgetCounts()
        let old: SQL = "SELECT sequence FROM actions WHERE ended < \(date.milliseconds) ORDER BY ended LIMIT \(limit)"
        try db.change(
            """
            UPDATE action_counts SET count = count - old.number
            FROM (SELECT namespace, count(*) AS number FROM actions WHERE sequence IN (\(old)) GROUP BY namespace) AS old
            WHERE old.namespace = action_counts.namespace
            """)
        try db.change("DELETE FROM actions WHERE sequence IN (\(old))")
        let deleted = db.changesCount
        try db.change("UPDATE action_revisions SET actions = actions - \(deleted) WHERE only = 1")
        return deleted
    }

    private func forgetCounts() {
        db.afterNextTransaction { [actionCounts] _ in actionCounts.removeAll() }
    }
}

extension Action.Object {
    var kind: String { stored.kind }
    var text: String { stored.text }

    private var stored: (kind: String, text: String) {
        switch self {
        case .repository(let name): ("repository", name.description)
        case .registry(let authority): ("registry", authority.description)
        case .organization(let name): ("organization", name.description)
        case .member(let name): ("member", name.description)
        case .robot(let name): ("robot", name.description)
        case .user(let name): ("user", name.description)
        case .service(let id): ("service", id.text)
        case .agent(let id): ("agent", id.text)
        case .apiKey(let id): ("apikey", id)
        case .row(let row): ("row", row)
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
        case "service": self = .service(try row.uuid("object"))
        case "agent": self = .agent(try row.uuid("object"))
        case "apikey": self = .apiKey(try row.value("object"))
        case "row": self = .row(try row.value("object"))
        case "path": self = .path(try row.value("object"))
        default: throw StoreError.unreadable("column object_kind")
        }
    }
}

extension Action {
    fileprivate init(row: Row) throws {
        self.init(
            id: try row.uuid("id"), namespace: try row.namespace(), kind: try row.choice("kind"),
            object: try Action.Object(row: row), reference: try row.value("reference"), state: try row.choice("state"),
            status: try row.value("status"), reason: try row.value("reason"), attempts: try row.value("attempts"),
            started: try row.date("started"), ended: try row.date("ended"),
            origin: Origin(
                user: try row.value("user"), keyID: try row.value("key_id"), address: try row.value("address"),
                method: try row.value("method"), path: try row.value("path"), userAgent: try row.value("user_agent")))
    }
}

extension SQLiteReader {
    func retention() throws -> RetentionRecord? {
        try db.row("SELECT * FROM retention").map { row in
            let (steady, ran): (Int64, Int64) = (try row.value("steady"), try row.value("ran"))
            let began: Int64? = try row.value("began")
            let ceiling = try row.optionalDate("ceiling")
            return RetentionRecord(
                trusted: try row.date("trusted"),
                claim: RetentionRecord.Claim(expected: try row.date("expected"), steady: TimeInterval(steady) / 1000),
                isSteady: try row.value("is_steady"), ran: TimeInterval(ran) / 1000,
                window: began.flatMap { began in
                    ceiling.map { RetentionRecord.Window(began: TimeInterval(began) / 1000, ceiling: $0) }
                })
        }
    }

    func oldestActionEnd() throws -> Date? {
        try db.row("SELECT min(ended) AS ended FROM actions").flatMap { try $0.optionalDate("ended") }
    }

    func newestActionEnd() throws -> Date? {
        try db.row("SELECT ended FROM actions WHERE sequence = (SELECT max(sequence) FROM actions)").map { try $0.date("ended") }
    }
}

extension SQLiteWriter {
    func put(_ record: RetentionRecord) throws {
        try db.change(
            """
            INSERT OR REPLACE INTO retention (only, trusted, expected, steady, is_steady, ran, began, ceiling)
            VALUES (1, \(record.trusted.milliseconds), \(record.claim.expected.milliseconds), \(record.claim.steady.milliseconds),
                \(record.isSteady), \(record.ran.milliseconds), \(record.window?.began.milliseconds),
                \(record.window?.ceiling.milliseconds))
            """)
    }
}

extension TimeInterval {
    fileprivate var milliseconds: Int64 { Int64((self * 1000).rounded()) }
}
