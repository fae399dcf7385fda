import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage

extension SQLiteReader {
    func repositories(dueAt date: Date, except registries: Set<RegistryAuthority>, limit: Int) throws -> [Repository] {
        let responsive = try repositories(dueAt: date, silent: false, except: registries, limit: limit)
        let silent = try repositories(dueAt: date, silent: true, except: registries, limit: limit)
        let share = max(limit - silent.count, (limit + 1) / 2)
        return Self.inTurns([Array(responsive.prefix(share)), Array(silent.prefix(limit - min(responsive.count, share)))])
    }

    /// - Parameter isSilent: whether to read the repositories whose last check got no response, or the others.
    private func repositories(
        dueAt date: Date, silent isSilent: Bool, except registries: Set<RegistryAuthority>, limit: Int
    ) throws -> [Repository] {
        let isIncluded: SQL = registries.isEmpty ? "" : " AND authority NOT IN \(registries.map(\.description))"
        let due = try db.rows(
            """
            SELECT authority FROM due_registries WHERE is_silent = \(isSilent) AND due <= \(date.milliseconds)\(isIncluded)
            ORDER BY due LIMIT \(limit)
            """
        ).map { try $0.authority() }
        guard !due.isEmpty else { return [] }
        var found = due.map { _ in (items: [Repository](), hasMore: true) }
        var share = (limit + due.count - 1) / due.count
        // Unused shares of some registries go to those with more due repositories. Several rounds, since these may have few more.
        for _ in 0..<Self.rounds {
            let longer = found.indices.filter { found[$0].hasMore }
            for index in longer {
                let rows = try db.rows(
                    """
                    \(Self.selectRepositories)
                    WHERE r.authority = \(due[index].description) AND r.is_silent = \(isSilent) AND r.due <= \(date.milliseconds)
                    ORDER BY r.due LIMIT \(share)
                    """)
                found[index] = (try verifiedItems(rows).items, rows.count == share)
            }
            let rest = limit - found.reduce(0) { $0 + $1.items.count }
            guard rest > 0, !longer.isEmpty else { break }
            share += rest / longer.count + 1
        }
        return Array(Self.inTurns(found.map(\.items)).prefix(limit))
    }

    private static let rounds = 8

    /// The first of each list, then the second of each, and so on.
    private static func inTurns(_ lists: [[Repository]]) -> [Repository] {
        (0..<(lists.map(\.count).max() ?? 0)).flatMap { turn in lists.compactMap { turn < $0.count ? $0[turn] : nil } }
    }

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
