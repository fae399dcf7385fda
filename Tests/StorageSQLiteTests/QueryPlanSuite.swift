import GRDB
import StorageSQLite
import Synchronization
import Testing

/// Collects the statements of the store with its trace, and checks their query plans in SQLite.
protocol QueryPlanSuite {}

extension QueryPlanSuite {
    /// The plans of the statements that the store runs in a body, if they start with one of these words. Equal statements are listed once.
    func plans(
        of words: String..., preparing prepare: (SQLiteStore) async throws -> Void = { _ in }, _ run: (SQLiteStore) async throws -> Void
    ) async throws -> [(statement: String, plan: [String])] {
        try await withTemporaryDirectory { folder in
            let traced = Mutex<[String]>([])
            let store = try SQLiteStore(testing: DataDirectory("\(folder)/data"), readLimit: .seconds(60)) { statement in
                traced.withLock { $0.append(statement) }
            }
            try await prepare(store)
            traced.withLock { $0 = [] }
            try await run(store)
            var known: Set<String> = []
            // GRDB opens a snapshot with its own query.
            let statements = traced.withLock(\.self).filter { statement in
                words.contains { statement.hasPrefix($0) } && !statement.contains("sqlite_master") && known.insert(statement).inserted
            }
            #expect(!statements.isEmpty)
            return try await database(in: "\(folder)/data").read { db in
                try statements.map { (statement: $0, plan: try explain($0, in: db)) }
            }
        }
    }

    /// Indexes of few rows, which are read from end to end.
    private static var readWhole: [String] {
        ["accounts_administrators", "accounts_misplaced", "api_keys_revoked", "accounts_all_disabled", "registries_certified"]
    }

    /// Expects every table to be searched by an index, and no sorting. Scans of subqueries are allowed, since their rows are
    /// limited, and so are those of lists that are one parameter (`json_each`).
    func expectIndexed(_ plan: [String], of statement: String, sorting isSorted: Bool = false) {
        let allowed = ["SCAN CONSTANT ROW", "SCAN (subquery", "SCAN json_each"]
        let steps = plan.filter { step in !allowed.contains { step.hasPrefix($0) } }
        #expect(!steps.isEmpty, "\(statement)")
        for step in steps {
            let isScan = step.hasPrefix("SCAN") && !Self.readWhole.contains { step.contains($0) }
            #expect(!isScan && (isSorted || !step.contains("TEMP B-TREE")), "\(step) in \(statement)")
        }
    }
}

func explain(_ statement: String, in db: Database) throws -> [String] {
    let explanation = try db.makeStatement(sql: "EXPLAIN QUERY PLAN \(statement)")
    explanation.setUncheckedArguments([])
    return try Row.fetchAll(explanation).map { try $0.decode(String.self, forColumn: "detail") }
}
