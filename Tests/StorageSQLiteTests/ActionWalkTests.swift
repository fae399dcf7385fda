import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Synchronization
import Testing

/// Each condition matches more than 10,000 of 21,000 actions. Few actions match both, and they are among the oldest.
@Suite("Actions with several frequent values")
struct ActionWalkTests {
    private static let olds = [10_400, 5000, 3]

    @Test(
        "A page reads at most 10,000 actions, and its cursor continues after the last of them, in every order",
        arguments: [true, false])
    func rare(isServerWide: Bool) async throws {
        try await withActions { store in
            let all = ActionFilter.DateRange(from: Sample.date(0))
            let object = Action.Object.repository(try Sample.name())
            let searches: [(pages: Int, filter: ActionFilter)] = [
                (2, ActionFilter(kind: .repositoryPull, user: "late")),
                (3, ActionFilter(kind: .repositoryPull, objects: [object, .path("/")], user: "late")),
                (3, ActionFilter(kind: .repositoryPull, user: "late", started: all)),
                (3, ActionFilter(kind: .repositoryPull, user: "late", ended: all)),
                (3, ActionFilter(kind: .repositoryPull, user: "late", started: all, ended: all)),
                (3, ActionFilter(state: .success, kind: .repositoryPull, objects: [object], user: "late", key: "k", ended: all)),
            ]
            for (pages, filter) in searches {
                let found = try await numbers(where: filter, isServerWide, in: store)
                #expect(found.flatMap(\.self) == Self.olds, "\(filter)")
                #expect(found.count == pages && found.first == [], "\(filter): \(found)")
            }
        }
    }

    @Test("A page with many matches is full, and is followed by the next match", arguments: [true, false])
    func frequent(isServerWide: Bool) async throws {
        try await withActions { store in
            let filter = ActionFilter(kind: .repositoryPush, user: "late")
            let found = try await numbers(where: filter, isServerWide, limit: 1000, in: store)
            #expect(found.flatMap(\.self) == Array((10_501...21_000).reversed()))
            #expect(found.map(\.count) == Array(repeating: 1000, count: 10) + [500])
        }
    }

    @Test("Matches are not counted if each condition has more than 10,000, and are counted otherwise")
    func totals() async throws {
        try await withActions { store in
            let searches: [(filter: ActionFilter, total: Int?, over: Int?)] = [
                (ActionFilter(user: "late"), nil, 10_000), (ActionFilter(kind: .repositoryPull, user: "late"), nil, nil),
                (ActionFilter(kind: .repositoryPull, user: "early", started: .init(to: Sample.date(9000))), 68, nil),
                (ActionFilter(kind: .repositoryPush, user: "nobody"), 0, nil),
            ]
            for (filter, total, over) in searches {
                let listing = try await store.read { try $0.actions(in: nil, where: filter, page: Sample.page(limit: 2)) }
                #expect(listing.total == total && listing.totalOver == over, "\(filter)")
            }
        }
    }

    @Test("A filter with more than 10,000 matches is counted for its first page only")
    func countedOnce() async throws {
        let counts = Atomic(0)
        try await withActions(trace: { if $0.contains("count(*)") { counts.add(1, ordering: .relaxed) } }) { store in
            for filter in [
                ActionFilter(user: "late"), ActionFilter(state: .success), ActionFilter(started: .init(from: Sample.date(0))),
            ] {
                let first = try await list(filter, in: store)
                let counted = counts.load(ordering: .relaxed)
                #expect(counted > 0, "\(filter)")
                var next = filter
                next.after = UUID(uuidString: try #require(first.cursor))
                for page in [try await list(next, in: store), try await list(filter, in: store)] {
                    #expect(page.total == nil && page.totalOver == 10_000, "\(filter)")
                }
                #expect(counts.exchange(0, ordering: .relaxed) == counted, "\(filter)")
            }
        }
    }

    @Test("A filter with more than 10,000 matches is counted again after actions were deleted or revised")
    func countedAgain() async throws {
        try await withActions { store in
            let late = ActionFilter(user: "late")
            #expect(try await list(late, in: store).totalOver == 10_000)
            #expect(try await store.write { try $0.deleteActions(before: Sample.date(1_571_000), limit: 21_000) } == 10_996)
            #expect(try await list(late, in: store).totalOver == 10_000)
            let some = try await list(late, limit: 4, in: store).items
            try await store.write { writer in
                for action in some {
                    var action = action
                    action.origin.user = "early"
                    try writer.revise(action)
                }
            }
            #expect(try await list(late, in: store).total == 10_000)
            #expect(try await store.write { try $0.deleteActions(before: Sample.date(2_900_000), limit: 21_000) } > 0)
            #expect(try await list(late, in: store).total == 21_001 - 7 * 2900 - 4)
        }
    }

    @Test("Actions that are added after a count are added to it")
    func added() async throws {
        try await withActions(5000) { store in
            let filter = ActionFilter(user: "early", key: "k")
            let total = try #require(try await list(filter, in: store).total)
            var action = try #require(try await list(filter, limit: 1, in: store).items.first)
            for (user, added) in [("late", 0), ("early", 1), ("early", 2)] {
                action = Action(
                    id: UUID(), namespace: action.namespace, kind: action.kind, object: action.object, state: .inProgress,
                    started: action.started, ended: action.ended, origin: action.origin)
                action.origin.user = user
                try await store.write { [action] in try $0.record(action) }
                #expect(try await list(filter, in: store).total == total + added)
            }
        }
    }

    @Test("Actions in progress are counted for each page, because they end")
    func inProgress() async throws {
        try await withActions(10_002, state: .inProgress) { store in
            let filter = ActionFilter(state: .inProgress)
            let first = try await list(filter, limit: 2, in: store)
            #expect(first.totalOver == 10_000)
            try await store.write { writer in
                for action in first.items {
                    var action = action
                    action.state = .success
                    try writer.end(action)
                }
            }
            #expect(try await list(filter, in: store).total == 10_000)
        }
    }

    private func list(_ filter: ActionFilter, limit: Int = 25, in store: SQLiteStore) async throws -> Listing<Action> {
        try await store.read { try $0.actions(in: nil, where: filter, page: Sample.page(limit: limit)) }
    }

    /// The numbers of the actions of each page, the last of which has no next page.
    private func numbers(
        where filter: ActionFilter, _ isServerWide: Bool, limit: Int = 5, in store: SQLiteStore
    ) async throws -> [[Int]] {
        var (filter, pages) = (filter, [] as [[Int]])
        let (namespace, page) = (isServerWide ? nil : try Sample.team(), try Sample.page(limit: limit))
        while pages.count < 20 {
            let listing = try await store.read { [filter] in try $0.actions(in: namespace, where: filter, page: page) }
            #expect(listing.total == nil && listing.totalOver == nil)
            pages.append(listing.items.compactMap { Int($0.origin.address) })
            guard listing.hasMore(behind: page) else { break }
            filter.after = UUID(uuidString: try #require(listing.cursor))
        }
        return pages
    }

    /// Seven actions at a time start together, so that a walk ends among equal dates.
    private func withActions(
        _ count: Int = 21_000, state: Action.State = .success, trace: (@Sendable (String) -> Void)? = nil,
        _ body: (SQLiteStore) async throws -> Void
    ) async throws {
        try await withClosedDatabase { _ in
        } _: { path in
            try await database(in: path).write { db in
                try db.execute(
                    literal: """
                        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
                        INSERT INTO actions (id, namespace, kind, object_kind, object, state, started, ended, user, key_id, address,
                            method, path, user_agent, revision)
                        SELECT printf('%08x-0000-4000-8000-000000000000', n), \(Sample.team().description),
                            CASE WHEN n <= 10500 THEN 'Repository Pull' ELSE 'Repository Push' END, 'repository',
                            \(Sample.name().description), \(state.rawValue), n / 7 * 1000, n / 7 * 1000 + 1,
                            CASE WHEN n > 10500 OR n IN (3, 5000, 10400) THEN 'late' ELSE 'early' END, 'k', n, '', '', '', n
                        FROM numbers
                        """)
                try db.execute(literal: "UPDATE action_revisions SET last = \(count), actions = \(count)")
            }
            try await body(SQLiteStore(testing: DataDirectory(path), readLimit: .seconds(60), trace: trace))
        }
    }
}
