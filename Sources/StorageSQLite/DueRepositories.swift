import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, limit: Int) throws -> [Repository] {
        let first: SQL = "(SELECT min(r.due) FROM repositories r WHERE r.authority = g.authority AND r.due IS NOT NULL)"
        let isIncluded: SQL = registries.isEmpty ? "" : " AND g.authority NOT IN \(registries.map(\.description))"
        let due = try db.rows(
            """
            SELECT authority FROM (SELECT g.authority, \(first) AS first FROM registries g WHERE TRUE\(isIncluded))
            WHERE first <= \(date.milliseconds) ORDER BY first LIMIT \(limit)
            """
        ).map { try $0.authority() }
        guard !due.isEmpty else { return [] }
        let share = (limit + due.count - 1) / due.count
        var found = try due.map { try repositories(dueAt: date, on: $0, limit: share) }
        // Unused shares of some registries go to those with more due repositories.
        let longer = found.indices.filter { found[$0].count == share }
        let rest = limit - found.reduce(0) { $0 + $1.count }
        if rest > 0, !longer.isEmpty {
            for index in longer { found[index] = try repositories(dueAt: date, on: due[index], limit: share + rest / longer.count + 1) }
        }
        let inTurns = (0..<(found.map(\.count).max() ?? 0)).flatMap { turn in
            found.compactMap { turn < $0.count ? $0[turn] : nil }
        }
        return Array(inTurns.prefix(limit))
    }

    func repositories(dueAt date: Date, on registry: RegistryAuthority, limit: Int) throws -> [Repository] {
        let condition: SQL = "r.authority = \(registry.description) AND r.due <= \(date.milliseconds)"
        return try verifiedItems(db.rows("\(Self.selectRepositories) WHERE \(condition) ORDER BY r.due LIMIT \(limit)")).items
    }

    func repositories(plannedAfter date: Date, limit: Int) throws -> [Repository] {
        let condition: SQL = "r.due > \(date.milliseconds)"
        return try verifiedItems(db.rows("\(Self.selectRepositories) WHERE \(condition) ORDER BY r.due DESC LIMIT \(limit)")).items
    }

    func repositories(sharingLoginOf credential: UUID, except state: Verification.State, limit: Int) throws -> [Repository] {
        let found = try db.rows(
            """
            SELECT \(Self.repositoryColumns) FROM \(Self.sameLogin(as: credential)) CROSS JOIN repositories r ON r.credential = c.id
            WHERE r.state <> \(state.rawValue) LIMIT \(limit)
            """)
        return try verifiedItems(found).items
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
        try db.execute(
            literal: """
                UPDATE repositories SET due = \(date.milliseconds)
                WHERE id IN (SELECT id FROM repositories
                    WHERE authority = \(registry.description) AND state = 'Unreachable' AND due > \(date.milliseconds) LIMIT \(limit))
                """)
    }

    func makeDue(rejectedWithLoginOf credential: UUID, at date: Date, limit: Int) throws {
        try db.execute(
            literal: """
                UPDATE repositories SET due = \(date.milliseconds), is_accepted = 1
                WHERE id IN (SELECT r.id FROM \(SQLiteReader.sameLogin(as: credential)) CROSS JOIN repositories r ON r.credential = c.id
                    WHERE r.state = \(Verification.State.rejected.rawValue) AND r.due > \(date.milliseconds) LIMIT \(limit))
                """)
    }
}
