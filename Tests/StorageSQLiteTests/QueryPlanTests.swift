import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Synchronization
import Testing

/// Collects the statements of the store with its trace, and checks their query plans in SQLite.
@Suite("Query plans")
struct QueryPlanTests {
    struct Question: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The columns by which an index must be searched.
        let columns: String
        let ask: @Sendable (any StoreReader) throws -> Void

        init(_ description: String, by columns: String, _ ask: @escaping @Sendable (any StoreReader) throws -> Void) {
            testDescription = description
            self.columns = columns
            self.ask = ask
        }

        static func list(
            _ description: String, by columns: String = "namespace=? AND name>? AND name<?",
            _ filter: @autoclosure @escaping @Sendable () throws -> RepositoryFilter
        ) -> Question {
            Question(description, by: columns) { reader in
                _ = try reader.repositories(in: Sample.team(), where: filter(), page: Sample.page(limit: 25))
            }
        }
    }

    @Test(
        "Queries use an index, without full table scans or sorting",
        arguments: [
            Question("a repository", by: "namespace=? AND name=?") { _ = try $0.repository(Sample.name(), in: Sample.team()) },
            .list("all repositories", by: "namespace=?", RepositoryFilter()),
            .list("by name", RepositoryFilter(name: try Sample.name())),
            .list("by prefix", RepositoryFilter(namePrefix: "registry.example/team")),
            .list("by fragment", by: "namespace=?", RepositoryFilter(nameFragment: "image")),
            .list("by authority", by: "namespace=? AND authority=?", RepositoryFilter(authority: try Sample.authority())),
            .list(
                "by authority and fragment", by: "namespace=? AND authority=?",
                RepositoryFilter(nameFragment: "image", authority: try Sample.authority())),
            .list(
                "by authority and prefix", by: "namespace=? AND authority=? AND name>? AND name<?",
                RepositoryFilter(namePrefix: "registry.example/team", authority: try Sample.authority())),
            .list("in use", by: "namespace=?", RepositoryFilter(isInUse: true)),
            .list("not in use", by: "namespace=? AND repository=?", RepositoryFilter(isInUse: false)),
            Question("the repositories of a registry that are due", by: "authority=? AND due<?") {
                _ = try $0.repositories(dueAt: Sample.date(), on: Sample.authority(), limit: 500)
            },
            Question("the repositories that are planned far ahead", by: "due>?") {
                _ = try $0.repositories(plannedAfter: Sample.date(), limit: 500)
            },
            Question("the repositories that share a login", by: "authority=? AND login_mark=?") {
                _ = try $0.repositories(sharingLoginOf: UUID(), except: .rejected, limit: 500)
            },
            Question("an API key", by: "id=?") { _ = try $0.apiKey("abcdefghijkl") },
            Question("a registry", by: "authority=?") { _ = try $0.registry(Sample.authority()) },
            Question("the registries", by: "namespace=?") { _ = try $0.registries(in: Sample.team()) },
            Question("the registries behind an offset", by: "namespace=?") {
                _ = try $0.registries(in: Sample.team(), where: RegistryFilter(), page: Sample.page(limit: 25, offset: 50))
            },
            Question("the registries after one", by: "namespace=? AND authority>?") {
                _ = try $0.registries(
                    in: Sample.team(), where: RegistryFilter(after: Sample.authority()), page: Sample.page(limit: 25, offset: 50))
            },
            Question("the registries of a name", by: "namespace=? AND authority>? AND authority<?") {
                _ = try $0.registries(in: Sample.team(), where: RegistryFilter(name: "a.example"))
            },
            Question("the registries of a host", by: "namespace=? AND authority>? AND authority<?") {
                _ = try $0.registries(in: Sample.team(), where: RegistryFilter(host: "a.example", isDockerRegistry: false))
            },
            Question("the registries of a restricted key", by: "namespace=? AND authority>? AND authority<?") {
                _ = try $0.registries(in: Sample.team(), where: RegistryFilter(authorities: [Sample.authority()]))
            },
            Question("the registries with due repositories", by: "is_silent=? AND due<?") {
                _ = try $0.repositories(dueAt: Sample.date(), except: [Sample.authority()], limit: 500)
            },
            Question("the unreachable repositories of a registry", by: "authority=? AND state=?") {
                _ = try $0.repositories(unreachableOn: Sample.authority(), limit: 100)
            },
            Question("the repositories rejected with a login", by: "authority=? AND login_mark=?") {
                _ = try $0.repositories(rejectedWithLoginOf: UUID(), limit: 100)
            },
            Question("a credential", by: "credential=? AND version=?") { _ = try $0.sealedCredential(UUID()) },
            Question("the organizations that an account has created", by: "creator=?") {
                _ = try $0.organizationCount(createdBy: UUID())
            },
            Question("a permission", by: "account=? AND organization=?") { _ = try $0.permission(of: UUID(), in: Sample.team()) },
            Question("an account", by: "name=?") { _ = try $0.account(AccountName(parsing: "acme+ci")) },
            Question("a member", by: "account=? AND organization=?") {
                _ = try $0.membership(of: AccountName(parsing: "carol"), in: Sample.team())
            },
            Question("the users", by: "organization=?") { _ = try $0.users(where: UserFilter(), page: Sample.page(limit: 25)) },
            Question("the users that are disabled", by: "organization=?") {
                _ = try $0.users(where: UserFilter(isDisabled: true), page: Sample.page(limit: 25))
            },
            Question("the users of a name", by: "name=?") {
                _ = try $0.users(where: UserFilter(name: "carol"), page: Sample.page(limit: 25))
            },
            Question("the organization of a name", by: "name=?") { _ = try $0.organization(Sample.team()) },
            Question("the robots of an organization", by: "organization=?") {
                _ = try $0.members(of: Sample.team(), robots: true, page: Sample.page(limit: 25))
            },
            Question("the secrets that are not sealed with a key", by: "key_id<?") {
                _ = try $0.sealedCredentials(notSealedWith: "k", limit: 10)
            },
            Question("the organizations of an account", by: "account=?") { _ = try $0.memberships(of: UUID(), page: Sample.page()) },
            Question("whether an organization has an admin", by: "organization=?") { _ = try $0.adminCount(of: Sample.team()) },
            Question("how many administrators there are", by: "") { _ = try $0.administratorCount() },
            Question("the keys of an account", by: "account=?") {
                _ = try $0.apiKeys(of: UUID(), page: Sample.page(limit: 25, offset: 50))
            },
            Question("the actions that follow", by: "revision>?") { _ = try $0.actions(after: 1, limit: 100) },
            Question("the actions in progress", by: "") { _ = try $0.actionsInProgress(limit: 100) },
            Question("the number of an action", by: "id=?") { _ = try $0.sequence(of: TrailPosition(sequence: 1, id: UUID())) },
            Question("when the oldest action ended", by: "") { _ = try $0.oldestActionEnd() },
            Question("when the newest action ended", by: "rowid=?") { _ = try $0.newestActionEnd() },
            Question("an action", by: "id=?") { _ = try $0.action(UUID(), in: Sample.team()) },
            Question("the actions", by: "namespace=?") { _ = try $0.actions(in: Sample.team(), page: Sample.page(limit: 25, offset: 50)) },
        ])
    func plans(_ question: Question) async throws {
        let plans = try await plans(of: question, rows: 0)
        let first = try #require(plans.first)
        #expect(first.plan.contains { $0.contains(question.columns.isEmpty ? "USING" : "(\(question.columns))") }, "\(first)")
        for (statement, plan) in plans { expectIndexed(plan, of: statement) }
    }

    @Test("All combinations of repository filters use an index, with and without an offset")
    func repositoryFilters() async throws {
        let name = try Sample.name()
        let patterns = try [RepositoryPattern(parsing: "registry.example/team/*"), RepositoryPattern(parsing: "other.example/image")]
        var filters = [RepositoryFilter()]
        func vary(_ change: (inout RepositoryFilter) -> Void) {
            filters += filters.map { filter in
                var filter = filter
                change(&filter)
                return filter
            }
        }
        vary { $0.name = name }
        vary { $0.namePrefix = "registry" }
        vary { $0.nameFragment = "image" }
        vary { $0.authority = name.authority }
        vary { $0.patterns = patterns }
        vary { $0.after = try? Sample.name("a.example/a") }
        filters += [true, false].flatMap { isInUse in
            filters.map { filter in
                var filter = filter
                filter.isInUse = isInUse
                return filter
            }
        }
        #expect(filters.count == 192)
        let combinations = filters
        let question = Question("repositories", by: "") { reader in
            for filter in combinations {
                for offset in [0, 50] {
                    _ = try reader.repositories(in: Sample.team(), where: filter, page: Sample.page(limit: 25, offset: offset))
                }
            }
        }
        for rows in [0, 60] {
            let plans = try await plans(of: question, rows: rows)
            #expect(plans.count > combinations.count)
            for (statement, plan) in plans { expectIndexed(plan, of: statement) }
        }
    }

    @Test(
        "All combinations of action filters use an index, and sort only rows that were counted before",
        arguments: [0, 60, 10_100])
    func actionFilters(rows: Int) async throws {
        let range = ActionFilter.DateRange(from: Sample.date(0), to: Sample.date(1_000_000))
        let objects: [Action.Object] = [.path("/"), .apiKey("x")]
        var combinations: [ActionFilter] = []
        for prefix in [nil, "0", "01234567", "01234567-89ab-4def-8123-456789abcdef"] {
            for state in [nil, Action.State.success, .failed] {
                for objects in [nil, objects] {
                    for started in [ActionFilter.DateRange(), range] {
                        for ended in [ActionFilter.DateRange(), range] {
                            combinations.append(
                                ActionFilter(idPrefix: prefix, state: state, objects: objects, started: started, ended: ended))
                        }
                    }
                }
            }
        }
        for filter in combinations where filter.idPrefix == nil {
            for (kind, user, key) in [(Action.Kind.repositoryPull, nil, nil), (nil, "a", nil), (nil, nil, "k"), (.memberUpdate, "a", "k")] {
                var filter = filter
                (filter.kind, filter.user, filter.key) = (kind, user, key)
                combinations.append(filter)
            }
        }
        let filters = combinations
        let traced = try await plans(
            of: "SELECT",
            preparing: { store in
                try await store.write { writer in
                    for _ in 0..<rows { try writer.record(Sample.action(started: 1000, ended: 2000)) }
                }
            }
        ) { store in
            for filter in filters {
                for offset in [0, 50] {
                    let page = try Sample.page(limit: 25, offset: offset)
                    _ = try await store.read { try $0.actions(in: Sample.team(), where: filter, page: page) }
                }
            }
        }
        #expect(traced.count > filters.count)
        for (statement, plan) in traced where !statement.contains("action_counts") {
            let index = String(try #require(statement.firstMatch(of: /INDEXED BY "?(\w+)/)).1)
            let order = statement.firstMatch(of: /ORDER BY "?(\w+)/).map { String($0.1) }
            let ordered = ["started": ["actions_started"], "ended": ["actions_ended_in_namespace"]][order ?? ""]
            let isSorted = !(ordered ?? Self.orderedIndexes).contains(index)
            expectIndexed(plan, of: statement, sorting: order != nil && isSorted)
        }
    }

    /// Indexes of actions that end with the sequence.
    private static let orderedIndexes = ["namespace", "object", "state", "kind", "user", "key"].map { "actions_\($0)" }

    /// Expects every table to be searched by an index, and no sorting. Scans of subqueries are allowed, since their rows are limited.
    private func expectIndexed(_ plan: [String], of statement: String, sorting isSorted: Bool = false) {
        let steps = plan.filter { $0 != "SCAN CONSTANT ROW" && !$0.hasPrefix("SCAN (subquery") }
        #expect(!steps.isEmpty, "\(statement)")
        for step in steps {
            let isScan =
                step.hasPrefix("SCAN")
                && !["accounts_administrators", "accounts_misplaced", "actions_in_progress"].contains { step.contains($0) }
            #expect(!isScan && (isSorted || !step.contains("TEMP B-TREE")), "\(step) in \(statement)")
        }
    }

    @Test("A page of ten thousand repositories is read in index order, with the total from the counters")
    func manyRows() async throws {
        let plans = try await plans(of: .list("all", RepositoryFilter()), rows: 10_000)
        #expect(plans.count == 2)
        let search = "SEARCH r USING INDEX sqlite_autoindex_repositories_2 (namespace=?)"
        #expect(plans.first?.plan.first?.hasPrefix(search) == true)
        #expect(plans.last?.statement.contains("repository_counts") == true)
        #expect(!plans.contains { $0.plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") } })
    }

    @Test("Sealing key identifiers are found by skipping from one to the next in the index")
    func sealingKeys() async throws {
        let plans = try await plans(of: "WITH") { store in _ = try await store.read { try $0.sealingKeyIDs() } }
        let plan = try #require(plans.first?.plan)
        #expect(
            plan.filter { $0.hasPrefix("SEARCH credential_secrets USING COVERING INDEX credential_secrets_key_id") }.count == 2, "\(plan)")
        #expect(!plan.contains { $0.hasPrefix("SCAN credential_secrets") })
    }

    @Test("Due repositories are found by indexes of the registries that have some")
    func due() async throws {
        let date = Sample.date(1000)
        let plans = try await plans(
            of: "SELECT",
            preparing: { store in
                for name in ["a.example/a", "a.example/b", "b.example/a"] {
                    let repository = try Sample.repository(name, in: Sample.team(), verification: Verification(state: .verified, due: date))
                    try await store.write { try $0.add(repository) }
                }
            }
        ) { store in
            _ = try await store.read { try $0.repositories(dueAt: date, except: [Sample.authority()], limit: 2) }
        }
        let steps = plans.flatMap(\.plan)
        #expect(steps.contains { $0.contains("repositories_silent_due (authority=? AND is_silent=? AND due<?)") }, "\(steps)")
        #expect(!steps.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(steps)")
    }

    @Test("The persons of an organization are read by memberships, in the order of their names")
    func members() async throws {
        let plans = try await plans(
            of: Question("members", by: "") { _ = try $0.members(of: Sample.team(), robots: false, page: Sample.page(limit: 25)) }, rows: 0)
        for (statement, plan) in plans { expectIndexed(plan, of: statement) }
        #expect(plans.contains { $0.plan.contains { $0.contains("memberships_person (organization=?") } })
    }

    @Test("Updates and deletions use an index")
    func changes() async throws {
        let writes: [@Sendable (any StoreWriter) throws -> Void] = [
            { try $0.update(Sample.repository()) }, { try $0.delete(Sample.repository()) }, { try $0.deleteCredential(UUID()) },
            { try $0.makeDue(unreachableOn: Sample.authority(), at: Sample.date(), limit: 9) },
            { try $0.makeDue(rejectedWithLoginOf: UUID(), at: Sample.date(), limit: 9) },
            { try $0.note(Repository.Use(date: Sample.date(), account: "carol"), ofPush: true, on: UUID()) },
            { try $0.mark(Sample.credential(), as: [1]) },
            { try $0.replace(Sample.credential(UUID(), version: 2), sealedWith: "k", at: Sample.date()) },
            { try $0.noteUse(["abcdefghijkl": Sample.date()]) }, { try $0.revoke("abcdefghijkl", at: Sample.date()) },
            { try $0.deleteRobot(UUID()) }, { try $0.deleteOrganization(Sample.team()) },
            { try $0.deleteMembership(of: UUID(), in: Sample.team()) }, { try $0.record(Sample.action()) },
        ]
        let plans = try await plans(of: "DELETE", "UPDATE") { store in
            for write in writes {
                // Most of them find nothing to change and throw.
                do { try await store.write(write) } catch is StoreError {}
            }
        }
        #expect(plans.count >= writes.count - 1)
        for (statement, plan) in plans {
            for step in plan { #expect(!step.hasPrefix("SCAN"), "\(step) in \(statement)") }
        }
    }

    @Test("Pruning finds the oldest actions by the index of their end, and the counters by namespace")
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

    /// The plans of the statements that the store runs in a body, if they start with one of these words.
    private func plans(
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
            // GRDB opens a snapshot with its own query.
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
