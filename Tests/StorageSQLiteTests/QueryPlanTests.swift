import Domain
import FoundationEssentials
import GRDB
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

@Suite("Query plans")
struct QueryPlanTests: QueryPlanSuite {
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

        static func services(
            _ description: String, by columns: String, _ filter: @autoclosure @escaping @Sendable () throws -> ServiceFilter
        ) -> Question {
            Question(description, by: columns) { reader in
                for offset in [0, 50] {
                    _ = try reader.services(in: Sample.team(), where: filter(), page: Sample.page(limit: 25, offset: offset))
                }
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
            Question("a service", by: "service=? AND namespace=?") { _ = try $0.service(UUID(), in: Sample.team()) },
            .services("all services", by: "namespace=?", ServiceFilter()),
            .services(
                "the services after one", by: "namespace=? AND (name,service)>(?,?)", ServiceFilter(after: .init(name: "a", id: UUID()))),
            .services("the services of a name", by: "namespace=? AND name=?", ServiceFilter(name: try ServiceName(parsing: "web"))),
            .services(
                "the services of a repository", by: "namespace=? AND repository=?",
                ServiceFilter(image: .init(try Sample.image("a.example/a").reference))),
            .services(
                "the services of an image", by: "namespace=? AND repository=?",
                ServiceFilter(image: .init(try Sample.image("a.example/a:v1").reference))),
            .services("the services in a state", by: "namespace=?", ServiceFilter(state: .running)),
            .services(
                "the services of a restricted key", by: "namespace=?",
                ServiceFilter(patterns: [try RepositoryPattern(parsing: "a.example/*"), try RepositoryPattern(parsing: "b.example/b")])),
            Question("an agent", by: "namespace=? AND agent=?") { _ = try $0.agent(UUID(), in: Sample.team()) },
            Question("an agent of an account", by: "account=? AND name=?") {
                _ = try $0.agent(AgentName(parsing: "host-1"), of: UUID())
            },
            Question("the agents", by: "namespace=?") {
                _ = try $0.agents(in: Sample.team(), after: nil, page: Sample.page(limit: 25, offset: 50))
            },
            Question("the agents after one", by: "namespace=? AND (name,agent)>(?,?)") {
                _ = try $0.agents(in: Sample.team(), after: NamedPlace(name: "a", id: UUID()), page: Sample.page(limit: 25))
            },
            Question("the number of an account's agents", by: "account=?") { _ = try $0.agentTotals(of: UUID()) },
            Question("the running time of the reports", by: "") { _ = try $0.runningTimeOfReports() },
            Question("the number of expiring keys", by: "expires>? AND expires<?") {
                _ = try $0.expiringKeyCount(after: Sample.date(), until: Sample.date(), limit: 10)
            },
            Question("the expiring keys after one", by: "(expires,id)>(?,?) AND expires<?") {
                _ = try $0.expiringKeys(after: KeyExpiry(date: Sample.date(), id: "a"), until: Sample.date(), limit: 10)
            },
            Question("the number of repositories in each state", by: "state=?") { _ = try $0.repositoryCounts() },
            Question("the number of the last rejection", by: "rowid=?") { _ = try $0.lastRejection() },
            Question("the repositories that were rejected lately", by: "rejection>?") {
                _ = try $0.rejectedRepositories(after: 1, limit: 10)
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
                _ = try $0.repositories(dueAt: Sample.date(), except: [Sample.authority()], turn: 0, limit: 500)
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
            Question("the organization of a name", by: "name=?") { _ = try $0.organization(Sample.team()) },
            Question("the secrets that are not sealed with a key", by: "key_id<?") {
                _ = try $0.sealedCredentials(notSealedWith: "k", limit: 10)
            },
            Question("whether an organization has an admin", by: "organization=?") { _ = try $0.adminCount(of: Sample.team()) },
            Question("how many administrators there are", by: "") { _ = try $0.administratorCount() },
            Question("the actions that follow", by: "revision>?") { _ = try $0.actions(after: 1, limit: 100) },
            Question("the actions in progress", by: "state=?") { _ = try $0.actionsInProgress(limit: 100) },
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
            #expect(plans.count > 80)
            for (statement, plan) in plans { expectIndexed(plan, of: statement) }
        }
    }

    @Test("A page of ten thousand repositories is read in index order, with the total from the counters")
    func manyRows() async throws {
        let plans = try await plans(of: .list("all", RepositoryFilter()), rows: 10_000)
        #expect(plans.count == 2)
        let search = "SEARCH r USING INDEX sqlite_autoindex_repositories_2 (namespace=?)"
        #expect(plans.first?.plan.first?.hasPrefix(search) == true)
        #expect(plans.last?.statement.contains("repository_totals") == true)
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

    @Test(
        "Due repositories are found by indexes of the registries and namespaces that have some, whether they take turns or not",
        arguments: [2, 100])
    func due(limit: Int) async throws {
        let date = Sample.date(1000)
        let plans = try await plans(
            of: "SELECT",
            preparing: { store in
                for name in ["a.example/a", "a.example/b", "b.example/a", "c.example/a"] {
                    for namespace in [try Sample.team(), try Sample.others()] {
                        let repository = try Sample.repository(name, in: namespace, verification: Verification(state: .verified, due: date))
                        try await store.write { try $0.add(repository) }
                    }
                }
            }
        ) { store in
            _ = try await store.read { try $0.repositories(dueAt: date, except: [Sample.authority()], turn: 1, limit: limit) }
        }
        for index in [
            "due_registries_due (is_silent=? AND due<?)", "due_namespaces_due (authority=? AND is_silent=? AND due<?)",
            "repositories_namespace_due (authority=? AND is_silent=? AND namespace=? AND due<?)",
        ] {
            #expect(plans.contains { $0.plan.contains { $0.contains(index) } }, "\(plans)")
        }
        for (statement, plan) in plans { expectIndexed(plan, of: statement) }
    }

    @Test("A change of a due date reads and writes the dates of its namespace and registry by indexes")
    func dueTriggers() async throws {
        try await withClosedDatabase { _ in
        } _: { path in
            let plans: [(statement: String, plan: [String])] = try await database(in: path).read { db in
                let sql = try String.fetchOne(db, sql: "SELECT sql FROM sqlite_master WHERE name = 'repositories_due_updated'")
                let trigger = try #require(sql)
                let body = try #require(trigger.firstMatch(of: /BEGIN([\s\S]*)END/)).1
                let statements = body.replacing(/new\.\w+/, with: "''").split(separator: ";").filter { $0.contains(/\w/) }.map {
                    String($0)
                }
                return try statements.map { (statement: $0, plan: try explain($0, in: db)) }
            }
            #expect(plans.count == 4)
            for (statement, plan) in plans { expectIndexed(plan.filter { !$0.hasPrefix("COMPOUND") }, of: statement) }
            let search = "repositories_namespace_due (authority=? AND is_silent=? AND namespace=? AND due>?)"
            let steps: [String] = plans.flatMap { $0.plan }
            #expect(steps.count { $0.contains(search) } == 2, "\(plans)")
        }
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
}
