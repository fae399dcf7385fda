import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, turn: Int, limit: Int) throws -> [Repository] {
        let responsive = try repositories(dueAt: date, silent: false, except: registries, turn: turn, limit: limit)
        let silent = try repositories(dueAt: date, silent: true, except: registries, turn: turn, limit: limit)
        let share = max(limit - silent.count, (limit + 1) / 2)
        return inTurns([Array(responsive.prefix(share)), Array(silent.prefix(limit - min(responsive.count, share)))])
    }

    /// - Parameter isSilent: whether to read the repositories whose last check got no response, or the others.
    private func repositories(
        dueAt date: Date, silent isSilent: Bool, except excluded: Set<RegistryAuthority>, turn: Int, limit: Int
    ) throws -> [Repository] {
        let due: SQL = "is_silent = \(isSilent) AND due <= \(date.milliseconds)"
        let isIncluded: SQL = excluded.isEmpty ? "" : " AND authority NOT IN (SELECT value FROM json_each(\(try Self.json(excluded))))"
        let registries = try turns(
            "due_registries WHERE \(due)\(isIncluded)", of: "authority", turn: turn, count: limit, among: Self.registryLimit
        ).map { try $0.authority() }
        guard !registries.isEmpty else { return [] }
        let share = limit.dividedUp(by: registries.count)
        var found = try registries.map { registry in
            let namespaces = try turns(
                "due_namespaces WHERE authority = \(registry.description) AND \(due)", of: "namespace", turn: turn, count: share,
                among: Self.namespaceLimit)
            return try namespaces.map { row in
                let namespace = try row.namespace().description
                return DueRepositories(
                    condition: """
                        r.authority = \(registry.description) AND r.is_silent = \(isSilent) AND r.namespace = \(namespace)
                        AND r.due <= \(date.milliseconds)
                        """, share: share.dividedUp(by: namespaces.count))
            }
        }
        try fill(&found, limit: limit)
        return Array(inTurns(found.map { inTurns($0.map(\.items)) }).prefix(limit))
    }

    /// Reads the shares. Unused ones go to the registries and namespaces with more due repositories, in several rounds, since these may have few
    /// more.
    private func fill(_ found: inout [[DueRepositories]], limit: Int) throws {
        for _ in 0..<Self.rounds {
            var longer = 0
            for registry in found.indices {
                for index in found[registry].indices where found[registry][index].hasMore {
                    let due = found[registry][index]
                    let rows = try db.rows("\(Self.selectRepositories) WHERE \(due.condition) ORDER BY r.due LIMIT \(due.share)")
                    found[registry][index].items = try verifiedItems(rows).items
                    found[registry][index].hasMore = rows.count == due.share
                    longer += found[registry][index].hasMore ? 1 : 0
                }
            }
            let rest = limit - found.joined().reduce(0) { $0 + $1.items.count }
            guard rest > 0, longer > 0 else { return }
            for registry in found.indices {
                for index in found[registry].indices where found[registry][index].hasMore {
                    found[registry][index].share += rest / longer + 1
                }
            }
        }
    }

    /// Reads some rows of a table in the order of their due dates. If there are more, another turn continues after them, and after the last one
    /// at the first again.
    ///
    /// - Parameter most: the number of rows among which the turns change.
    private func turns(_ table: SQL, of column: SQL, turn: Int, count: Int, among most: Int) throws -> [Row] {
        let all = try db.number("SELECT count(*) FROM (SELECT 1 FROM \(table) ORDER BY due LIMIT \(most))") ?? 0
        let start = all > count ? turn % all * count % all : 0
        let select: SQL = "SELECT \(column) FROM \(table) ORDER BY due"
        let rows = try db.rows("\(select) LIMIT \(min(count, all - start)) OFFSET \(start)")
        let rest = min(count, all) - rows.count
        return rest > 0 ? try rows + db.rows("\(select) LIMIT \(rest)") : rows
    }

    /// One parameter, however many registries there are.
    private static func json(_ registries: Set<RegistryAuthority>) throws -> String {
        String(decoding: try JSONEncoder().encode(registries.map(\.description)), as: UTF8.self)
    }

    private static let rounds = 8
    /// With more due registries or namespaces, those that are due last wait for the others. They are counted in an index.
    private static let registryLimit = 100_000
    private static let namespaceLimit = 1000

    private func repositories(where condition: SQL) throws -> [Repository] {
        try verifiedItems(db.rows("\(Self.selectRepositories) WHERE \(condition)")).items
    }

    func repositories(dueAt date: Date, on registry: RegistryAuthority, limit: Int) throws -> [Repository] {
        try repositories(
            where: "r.authority = \(registry.description) AND r.due <= \(date.milliseconds) ORDER BY r.due LIMIT \(limit)")
    }

    func repositories(plannedAfter date: Date, limit: Int) throws -> [Repository] {
        try repositories(where: "r.due > \(date.milliseconds) ORDER BY r.due DESC LIMIT \(limit)")
    }

    func repositories(sharingLoginOf credential: UUID, except state: Verification.State, limit: Int) throws -> [Repository] {
        let found = try db.rows(
            """
            SELECT \(Self.repositoryColumns) FROM \(Self.sameLogin(as: credential)) CROSS JOIN repositories r ON r.credential = c.id
            WHERE r.state <> \(state.rawValue) LIMIT \(limit)
            """)
        return try verifiedItems(found).items
    }

    func repositories(rejectedWithLoginOf credential: UUID, limit: Int) throws -> [Repository] {
        let found = try db.rows(
            """
            SELECT \(Self.repositoryColumns) FROM \(Self.sameLogin(as: credential)) CROSS JOIN repositories r ON r.credential = c.id
            WHERE r.state = 'Rejected' AND r.state_before IS NOT NULL LIMIT \(limit)
            """)
        return try verifiedItems(found).items
    }

    func repositories(unreachableOn registry: RegistryAuthority, limit: Int) throws -> [Repository] {
        try repositories(
            where: """
                r.authority = \(registry.description) AND r.state = 'Unreachable' AND r.state_before IS NOT NULL LIMIT \(limit)
                """)
    }

    /// The credentials, `c`, with the same login as a credential, including itself.
    fileprivate static func sameLogin(as credential: UUID) -> SQL {
        """
        credentials own CROSS JOIN credentials c
            ON own.id = \(credential.text) AND c.authority = own.authority AND c.login_mark = own.login_mark
        """
    }
}

extension SQLiteWriter {
    func makeDue(unreachableOn registry: RegistryAuthority, at date: Date, limit: Int) throws {
        try db.change(
            """
            UPDATE repositories SET due = \(date.milliseconds)
            WHERE id IN (SELECT id FROM repositories
                WHERE authority = \(registry.description) AND state = 'Unreachable' AND due > \(date.milliseconds) LIMIT \(limit))
            """)
    }

    func makeDue(rejectedWithLoginOf credential: UUID, at date: Date, limit: Int) throws {
        try db.change(
            """
            UPDATE repositories SET due = \(date.milliseconds), is_accepted = 1
            WHERE id IN (SELECT r.id FROM \(SQLiteReader.sameLogin(as: credential)) CROSS JOIN repositories r ON r.credential = c.id
                WHERE r.state = \(Verification.State.rejected.rawValue) AND r.due > \(date.milliseconds) LIMIT \(limit))
            """)
    }

    func postpone(othersRejectedWithLoginOf credential: UUID, to date: Date, limit: Int) throws -> Int {
        try db.change(
            """
            UPDATE repositories SET due = \(date.milliseconds)
            WHERE id IN (SELECT r.id FROM \(SQLiteReader.sameLogin(as: credential)) CROSS JOIN repositories r ON r.credential = c.id
                WHERE c.id <> own.id AND r.state = \(Verification.State.rejected.rawValue) AND r.due < \(date.milliseconds)
                LIMIT \(limit))
            """)
        return db.changesCount
    }
}

/// The due repositories of a namespace at a registry.
private struct DueRepositories {
    let condition: SQL
    /// The number of them that are read.
    var share: Int
    var items: [Repository] = []
    var hasMore = true
}

/// The first of each list, then the second of each, and so on.
private func inTurns(_ lists: [[Repository]]) -> [Repository] {
    (0..<(lists.map(\.count).max() ?? 0)).flatMap { turn in lists.compactMap { turn < $0.count ? $0[turn] : nil } }
}

extension Int {
    fileprivate func dividedUp(by count: Int) -> Int { (self + count - 1) / count }
}
