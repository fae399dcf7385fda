import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Synchronization
import Testing

/// The statements are those that the store runs, caught by its trace; SQLite is then asked how it would answer them.
@Suite("How questions are answered")
struct QueryPlanTests {
    struct Question: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The columns that an index must be searched by.
        let columns: String
        let ask: @Sendable (any StoreReader) throws -> Void

        init(_ description: String, by columns: String, _ ask: @escaping @Sendable (any StoreReader) throws -> Void) {
            testDescription = description
            self.columns = columns
            self.ask = ask
        }

        static func list(
            _ description: String, by columns: String = "namespace=?",
            _ filter: @autoclosure @escaping @Sendable () throws -> RepositoryFilter
        ) -> Question {
            Question(description, by: columns) { reader in
                _ = try reader.repositories(in: Sample.team(), where: filter(), page: Sample.page(limit: 25, offset: 50))
            }
        }
    }

    @Test(
        "An index finds the rows, no table is read from end to end and nothing is sorted",
        arguments: [
            Question("a repository", by: "namespace=? AND name=?") { _ = try $0.repository(Sample.name(), in: Sample.team()) },
            .list("all repositories", RepositoryFilter()),
            .list("by name", by: "namespace=? AND name=?", RepositoryFilter(name: try Sample.name())),
            .list("by prefix", by: "namespace=? AND name>? AND name<?", RepositoryFilter(namePrefix: "registry.example/team")),
            .list("by fragment", RepositoryFilter(nameFragment: "image")),
            .list("by authority", by: "namespace=? AND authority=?", RepositoryFilter(authority: try Sample.authority())),
            .list(
                "by authority and fragment", by: "namespace=? AND authority=?",
                RepositoryFilter(nameFragment: "image", authority: try Sample.authority())),
            .list("in use", by: "namespace=? AND repository=?", RepositoryFilter(isInUse: true)),
            .list("not in use", by: "namespace=? AND repository=?", RepositoryFilter(isInUse: false)),
            Question("the repositories that are due", by: "due<?") {
                _ = try $0.repositories(dueAt: Sample.date(), except: [], limit: 500)
            },
            Question("the repositories that are due on other registries", by: "due<?") {
                _ = try $0.repositories(dueAt: Sample.date(), except: [Sample.authority()], limit: 500)
            },
            Question("an API key", by: "id=?") { _ = try $0.apiKey("abcdefghijkl") },
            Question("a registry", by: "authority=?") { _ = try $0.registry(Sample.authority()) },
            Question("the registries", by: "namespace=?") { _ = try $0.registries(in: Sample.team()) },
            Question("a credential", by: "credential=? AND version=?") { _ = try $0.sealedCredential(UUID()) },
            Question("a permission", by: "account=? AND organization=?") { _ = try $0.permission(of: UUID(), in: Sample.team()) },
            Question("an account", by: "name=?") { _ = try $0.account(AccountName(parsing: "acme+ci")) },
            Question("a member", by: "account=? AND organization=?") {
                _ = try $0.membership(of: AccountName(parsing: "carol"), in: Sample.team())
            },
            Question("the organizations of an account", by: "account=?") { _ = try $0.memberships(of: UUID(), page: Sample.page()) },
            Question("whether an organization has an admin", by: "organization=?") { _ = try $0.adminCount(of: Sample.team()) },
            Question("the keys of an account", by: "account=?") {
                _ = try $0.apiKeys(of: UUID(), page: Sample.page(limit: 25, offset: 50))
            },
            Question("the actions of a state, of objects and of a time", by: "namespace=?") { reader in
                let filter = ActionFilter(
                    idPrefix: "0", state: .failed, objects: [.path("/"), .apiKey("x")], started: .init(from: Sample.date()),
                    ended: .init(to: Sample.date()))
                _ = try reader.actions(in: Sample.team(), where: filter, page: Sample.page(limit: 25, offset: 50))
            },
            Question("the first actions", by: "rowid>?") { _ = try $0.actions(after: nil, limit: 100) },
            Question("the actions that follow", by: "id=?") { _ = try $0.actions(after: UUID(), limit: 100) },
            Question("an action", by: "id=?") { _ = try $0.action(UUID(), in: Sample.team()) },
            Question("the actions", by: "namespace=?") { _ = try $0.actions(in: Sample.team(), page: Sample.page(limit: 25, offset: 50)) },
        ])
    func plans(_ question: Question) async throws {
        let plans = try await plans(of: question, rows: 0)
        let first = try #require(plans.first)
        #expect(first.plan.contains { $0.contains("(\(question.columns))") }, "\(first)")
        for (statement, plan) in plans {
            let steps = plan.filter { $0 != "SCAN CONSTANT ROW" }
            #expect(!steps.isEmpty, "\(statement)")
            for step in steps {
                #expect(!step.hasPrefix("SCAN") && !step.contains("TEMP B-TREE"), "\(step) in \(statement)")
            }
        }
    }

    @Test("A page of ten thousand repositories is read in the order of the index, its total from the counters")
    func manyRows() async throws {
        let plans = try await plans(of: .list("all", RepositoryFilter()), rows: 10_000)
        #expect(plans.count == 2)
        #expect(plans.first?.plan.first?.hasPrefix("SEARCH r USING INDEX sqlite_autoindex_repositories_2 (namespace=?)") == true)
        #expect(plans.last?.statement.contains("repository_counts") == true)
        #expect(!plans.contains { $0.plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") } })
    }

    @Test("The oldest actions are found by their end and deleted one by one, the counters are found by their namespace")
    func retention() async throws {
        let plans = try await plans(of: "DELETE", "UPDATE") { store in
            _ = try await store.write { try $0.deleteActions(before: Sample.date(), limit: 100) }
        }
        #expect(plans.count == 2)
        for (statement, plan) in plans {
            #expect(plan.contains { $0.hasPrefix("SEARCH actions USING COVERING INDEX actions_ended (ended<?)") }, "\(plan)")
            #expect(plan.contains { $0.hasPrefix("SEARCH actions USING INTEGER PRIMARY KEY (rowid=?)") }, "\(plan)")
            #expect(!plan.contains { $0.hasPrefix("SCAN action") }, "\(plan) in \(statement)")
        }
        #expect(plans.contains { $0.plan.contains { $0.hasPrefix("SEARCH action_counts") } })
    }

    private func plans(of question: Question, rows: Int) async throws -> [(statement: String, plan: [String])] {
        try await plans(
            of: "SELECT",
            preparing: { store in
                try await store.write { writer in
                    try writer.upsert(Registry(authority: Sample.authority(), isSSL: true))
                    for number in 0..<rows { try writer.insert(Sample.repository("registry.example/team/image-\(number)")) }
                }
            }
        ) { store in
            try await store.read(question.ask)
        }
    }

    /// The plans of the statements that the store runs for something, of those that begin with one of these words.
    private func plans(
        of words: String..., preparing prepare: (SQLiteStore) async throws -> Void = { _ in }, _ run: (SQLiteStore) async throws -> Void
    ) async throws -> [(statement: String, plan: [String])] {
        try await withTemporaryDirectory { folder in
            let traced = Mutex<[String]>([])
            let store = try SQLiteStore(in: DataDirectory("\(folder)/data")) { statement in traced.withLock { $0.append(statement) } }
            try await prepare(store)
            traced.withLock { $0 = [] }
            try await run(store)
            // GRDB opens a snapshot with a question of its own.
            let statements = traced.withLock(\.self).filter { statement in
                words.contains { statement.hasPrefix($0) } && !statement.contains("sqlite_master")
            }
            #expect(!statements.isEmpty)
            return try await database(in: "\(folder)/data").read { db in
                try statements.map { (statement: $0, plan: try plan(of: $0, in: db)) }
            }
        }
    }

    private func plan(of statement: String, in db: Database) throws -> [String] {
        let explanation = try db.makeStatement(sql: "EXPLAIN QUERY PLAN \(statement)")
        explanation.setUncheckedArguments([])
        return try Row.fetchAll(explanation).map { try $0.decode(String.self, forColumn: "detail") }
    }
}
