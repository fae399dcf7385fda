import Domain
import FoundationEssentials
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

@Suite("Query plans of action filters")
struct ActionPlanTests: QueryPlanSuite {
    enum Scope: CaseIterable {
        case namespace, server

        func namespace() throws -> NamespaceName? { self == .namespace ? try Sample.team() : nil }
    }

    @Test(
        "All combinations of action filters use an index, in a namespace and in all, and sort only rows that were counted before",
        arguments: Scope.allCases, [0, 60, 10_100])
    func combinations(scope: Scope, rows: Int) async throws {
        // Pairs show which index is preferred, and many rows take long.
        let filters = try Self.filters { rows > 1000 ? $0.count <= 2 : $0.count <= 3 || $0.allSatisfy(\.isFrequent) }
        #expect(filters.count > 100)
        for (statement, plan) in try await plans(of: filters, in: scope, rows: rows) {
            expectIndexed(plan, of: statement, sorting: Self.isSorted(statement))
        }
    }

    @Test("Actions that match frequent values are read in the order of an index, without sorting", arguments: Scope.allCases)
    func frequent(scope: Scope) async throws {
        let filters = try Self.filters { $0.allSatisfy(\.isFrequent) && [0, 1, 2, 8].contains($0.count) }
        #expect(filters.count == 38)
        for (statement, plan) in try await plans(of: filters, in: scope, rows: 10_100) {
            // SQLite may sort the matches of a walk by date, which reads 10,000 actions at most.
            expectIndexed(plan, of: statement, sorting: statement.contains("OR sequence >= ?"))
        }
    }

    @Test("The total of all namespaces is stored, and read without their counters")
    func total() async throws {
        let plans = try await plans(of: [ActionFilter()], in: .server, rows: 60)
        #expect(plans.contains { $0.statement == "SELECT actions FROM action_revisions WHERE only = 1" })
        #expect(!plans.contains { $0.statement.contains("action_counts") })
    }

    private struct Condition: Sendable {
        let isFrequent: Bool
        let add: @Sendable (inout ActionFilter) -> Void
    }

    /// The values of each parameter of the API; the frequent ones match all rows of the test, the others none or a few.
    private static func parameters() throws -> [[Condition]] {
        let all = ActionFilter.DateRange(from: Sample.date(0), to: Sample.date(1_000_000))
        let object = Action.Object.repository(try Sample.name())
        return [
            [
                Condition(isFrequent: true) { $0.idPrefix = "" }, Condition(isFrequent: false) { $0.idPrefix = "0" },
                Condition(isFrequent: false) { $0.idPrefix = "01234567-89ab-4def-8123-456789abcdef" },
            ],
            [Condition(isFrequent: true) { $0.state = .success }, Condition(isFrequent: false) { $0.state = .failed }],
            [Condition(isFrequent: true) { $0.kind = .repositoryCreate }, Condition(isFrequent: false) { $0.kind = .memberUpdate }],
            [
                Condition(isFrequent: true) { $0.objects = [.path("/"), object] },
                Condition(isFrequent: false) { $0.objects = [.path("/"), .apiKey("x")] },
            ],
            [Condition(isFrequent: true) { $0.user = "agent/1.0" }, Condition(isFrequent: false) { $0.user = "nobody" }],
            [Condition(isFrequent: true) { $0.key = "abcdefghijkl" }, Condition(isFrequent: false) { $0.key = "k" }],
            [Condition(isFrequent: true) { $0.started = all }, Condition(isFrequent: false) { $0.started = .init(to: Sample.date(0)) }],
            [Condition(isFrequent: true) { $0.ended = all }, Condition(isFrequent: false) { $0.ended = .init(from: all.to) }],
        ]
    }

    /// The filters with at most one condition on each parameter.
    private static func filters(where isWanted: ([Condition]) -> Bool) throws -> [ActionFilter] {
        let combinations = try parameters().reduce([[]] as [[Condition]]) { combinations, values in
            combinations + combinations.flatMap { combination in values.map { combination + [$0] } }
        }
        return combinations.filter(isWanted).map { conditions in
            conditions.reduce(into: ActionFilter()) { filter, condition in condition.add(&filter) }
        }
    }

    /// The plans of the first page, of one behind an offset, and of one after an action. Pages of the whole trail are read in the order of
    /// the table up to their limit: nearly every row matches a prefix of identifiers that is not searched by its index.
    private func plans(
        of filters: [ActionFilter], in scope: Scope, rows: Int
    ) async throws -> [(statement: String, plan: [String])] {
        let first = try Sample.action(started: 1000, ended: 2000)
        let namespace = try scope.namespace()
        let plans = try await plans(
            of: "SELECT",
            preparing: { store in
                try await store.write { writer in
                    for number in 0..<rows { try writer.record(number == 0 ? first : Sample.action(started: 1000, ended: 2000)) }
                }
            }
        ) { store in
            for filter in filters {
                for (offset, after) in [(0, nil), (50, nil), (0, first.id)] {
                    var filter = filter
                    filter.after = after
                    let page = try Sample.page(limit: 25, offset: offset)
                    _ = try await store.read { [filter] in try $0.actions(in: namespace, where: filter, page: page) }
                }
            }
        }
        let tableOrder = /FROM actions NOT INDEXED WHERE true(?: AND id >= \? AND id < \?)? ORDER BY sequence DESC LIMIT/
        return plans.filter { $0.statement.firstMatch(of: tableOrder) == nil }
    }

    /// Whether the order of the statement is not that of its index.
    private static func isSorted(_ statement: String) -> Bool {
        guard let order = statement.firstMatch(of: /ORDER BY "?(\w+)/)?.1, let index = statement.firstMatch(of: /INDEXED BY "?(\w+)/)?.1
        else { return false }
        let ordered = ["sequence": orderedIndexes, "started": ["started"], "ended": ["ended", "ended_in_namespace"]][String(order)] ?? []
        return !ordered.contains { index == "actions_\($0)" || index == "trail_\($0)" }
    }

    /// The indexes that end with the sequence after equality conditions.
    private static let orderedIndexes = ["namespace", "object", "state", "kind", "user", "key"]
}
