import Domain
import FoundationEssentials
import GRDB
import Storage

extension SQLiteReader {
    func repositoryCounts() throws -> [Verification.State: Int] {
        let counts = try Verification.State.allCases.map { state in
            (state, try db.number("SELECT count FROM repository_states WHERE state = \(state.rawValue)") ?? 0)
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    func expiringKeyCount(after start: Date, until end: Date, limit: Int) throws -> Int {
        let isInside: SQL = "k.expires > \(start.milliseconds) AND k.expires <= \(end.milliseconds)"
        return try db.number("SELECT count(*) FROM (SELECT 1 \(Self.expiringKeys) AND \(isInside) LIMIT \(limit))") ?? 0
    }

    func expiringKeys(after place: KeyExpiry, until end: Date, limit: Int) throws -> (keys: [HeldKey], last: KeyExpiry?) {
        let isInside: SQL = """
            (k.expires, k.id) > (\(place.date.milliseconds), \(place.id)) AND k.expires <= \(end.milliseconds)
            """
        let found = try db.rows(
            "SELECT k.*, \(Account.columns) \(Self.expiringKeys) AND \(isInside) ORDER BY k.expires, k.id LIMIT \(limit)")
        let keys = try verifiedItems(found) { HeldKey(try verified($0), of: try verified($0)) }.items
        guard found.count == limit, let last = found.last else { return (keys, nil) }
        return (keys, KeyExpiry(date: try last.date("expires"), id: try last.value("id")))
    }

    /// A key that was renewed ends as planned.
    private static let expiringKeys: SQL = """
        FROM api_keys k CROSS JOIN accounts a ON a.id = k.account
        WHERE k.expires IS NOT NULL AND k.revoked IS NULL AND NOT a.is_disabled
            AND NOT EXISTS (SELECT 1 FROM api_keys r WHERE r.renews = k.id)
        """

    func lastRejection() throws -> Int { try db.number("SELECT last FROM rejections WHERE only = 1") ?? 0 }

    func rejectedRepositories(after number: Int, limit: Int) throws -> (repositories: [Repository], last: Int) {
        let found = try db.rows(
            """
            \(Self.selectRepositories) WHERE r.state = 'Rejected' AND r.rejection > \(number) ORDER BY r.rejection LIMIT \(limit)
            """)
        let repositories: [Repository] = try verifiedItems(found).items
        return (repositories, try found.last?.value("rejection") ?? number)
    }
}
