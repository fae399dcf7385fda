import Domain
import Foundation
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Synchronization
import Testing

/// Statements are `SQL` literals of GRDB, whose interpolations become parameters. `sql:` takes plain text, so all of its arguments are
/// listed here literally.
@Suite("Values are bound to statements, never interpolated")
struct BoundParameterTests {
    private static let plainTexts: Set = [
        "\"PRAGMA secure_delete = ON\"", "\"PRAGMA synchronous = FULL\"", "\"PRAGMA synchronous\"", "\"PRAGMA secure_delete\"",
        "\"PRAGMA journal_mode\"", "\"PRAGMA integrity_check\"", "externalRepositories", "organizations", "gateway",
        "backgroundChecks", "acceptedCredentials", "listIndexes", "sharedVerdicts", "retention", "outcomes",
        "authenticatedRows", "keyLineage", "creators", "approvalLimits", "persons", "misplacedAccounts", "dueRegistries",
        "trailIndexes", "listCursors", "runningTime", "dueNamespaces", "startIndexes", "removedKeys",
        "services", "agents", "repositoryTotals", "pulledImages", "counts", "lastNamespaces", "\"PRAGMA page_size\"",
        "\"PRAGMA quick_check(1)\"",
        "\"PRAGMA journal_mode = DELETE\"",
    ]

    @Test("Only pragmas and migrations run as plain SQL text")
    func plainTexts() throws {
        let files = try Sources.files()
        #expect(files.count > 5)
        let found = files.flatMap { file in
            file.text.matches(of: /(\w+ )?\bsql:\s*("(?:[^"\\]|\\.)*"|\w+|.)/).filter { $0.output.1 != "_ " }.map { String($0.output.2) }
        }
        #expect(Set(found) == Self.plainTexts)
    }

    @Test("No source bypasses the literals: no raw expressions, no statements or rows from text")
    func detours() throws {
        for file in try Sources.files() {
            // The progress handler that enforces the read deadline takes no text.
            let text = file.text.replacing("sqlite3_progress_handler(", with: "")
            for detour in [
                "rawSQL", "makeStatement", "cachedStatement", "String(format", "execute(rawSQL", "SQL(sql", "sqlite3_", "row[\"",
            ] {
                #expect(!text.contains(detour), "\(file.name): \(detour)")
            }
        }
    }

    @Test("Statement texts contain no stored or requested values")
    func traced() async throws {
        try await withTemporaryDirectory { folder in
            let statements = Mutex<[String]>([])
            let store = try SQLiteStore(testing: DataDirectory("\(folder)/data")) { statement in
                statements.withLock { $0.append(statement) }
            }
            try await exerciseEverything(store)
            let traced = statements.withLock(\.self)
            #expect(traced.count > 20)
            for statement in traced {
                #expect(!statement.lowercased().contains("canary"), "\(statement)")
            }
        }
    }

    private func exerciseOrganizations(_ writer: any StoreWriter, _ account: Account) throws {
        let (organization, robot) = (try Sample.organization("canary-acme"), try Sample.account("canary-acme+canary"))
        try writer.insert(organization)
        try writer.insert(robot)
        for account in [account, robot] {
            try writer.put(Membership(organization: organization, account: account, permission: .admin, created: Sample.date()))
        }
        try writer.update(account)
        let restriction = APIKey.Restriction(
            namespace: organization.name, repositories: [try RepositoryPattern(parsing: "canary.example/canary/*")])
        try writer.insert(
            APIKey(
                id: "canary2", account: robot.id, hash: [], label: "canary", scopes: [.pull], restriction: restriction,
                created: Sample.date()))
        try writer.noteUse(["canary2": Sample.date()])
        try writer.revoke("canary2", at: Sample.date())
        _ = try writer.account(robot.name)
        _ = try writer.users(where: UserFilter(name: "canary", isDisabled: false), page: Sample.page())
        _ = try writer.organization(organization.name)
        _ = try writer.permission(of: robot.id, in: organization.name)
        _ = try writer.membership(of: robot.name, in: organization.name)
        let canary = try NamespaceName(parsing: "canary")
        for page in [try Sample.page(limit: 1, offset: 1), try Sample.page(limit: 1)] {
            for after in [nil, canary] {
                _ = try writer.users(where: UserFilter(name: "canary", isDisabled: false, after: after), page: page)
                _ = try writer.memberships(of: robot.id, after: after, page: page)
                for robots in [true, false] {
                    _ = try writer.members(of: organization.name, robots: robots, after: after.map { AccountName($0) }, page: page)
                }
            }
            for id in [nil, "canary2"] {
                _ = try writer.apiKeys(of: robot.id, after: id, page: page)
                _ = try writer.apiKeys(in: organization.name, after: id, page: page)
            }
        }
        _ = try writer.adminCount(of: organization.name)
        _ = try writer.all(in: organization.name, where: RepositoryFilter(patterns: restriction.repositories))
        let filter = ActionFilter(idPrefix: "canary", state: .failed, objects: [.path("canary"), .apiKey("canary")])
        _ = try writer.actions(in: organization.name, where: filter, page: Sample.page())
        try writer.deleteMembership(of: account.id, in: organization.name)
        try writer.deleteRobot(robot.id)
        try writer.deleteOrganization(organization.name)
    }

    private func exerciseEverything(_ store: SQLiteStore) async throws {
        let namespace = try Sample.account("canary-team").name.namespace
        let credential = CredentialReference(id: UUID(), version: 1)
        var repository = try Sample.repository(
            "canary.example/canary", in: namespace, credential: credential, verification: Verification(state: .absent, reason: "canary"))
        try await store.write { [repository] writer in
            let account = try Sample.account("canary-team")
            try writer.insert(Sample.deployment(), sealedWith: "canary")
            try writer.insert(account)
            try writer.insert(Sample.apiKey("canary", of: account))
            try writer.add(repository, sealedWith: "canary")
            let action = try Sample.action(in: namespace, origin: Sample.origin("canary", keyID: "canary"))
            try writer.record(action)
            let trust = RegistryTrust(certificateAuthorities: "canary", realm: "canary")
            let registry = Registry(authority: repository.name.authority, isSSL: true, trust: trust)
            try writer.upsert(registry)
            try writer.configure(registry)
            try writer.record(Sample.action(kind: .registryUpdate, object: .registry(registry.authority)))
            try exerciseOrganizations(writer, account)
            let next = SealedCredential(
                reference: CredentialReference(id: credential.id, version: 2), namespace: namespace, authority: repository.name.authority,
                envelope: [1])
            try writer.replace(next, sealedWith: "canary", at: Sample.date())
            _ = try writer.action(action.id, in: namespace)
        }
        let filter = RepositoryFilter(
            name: repository.name, namePrefix: "canary", nameFragment: "canary", authority: repository.name.authority, isInUse: false)
        try await store.read { [repository] reader in
            _ = try reader.apiKey("canary")
            _ = try reader.repository(repository.name, in: namespace)
            _ = try reader.all(in: namespace, where: filter)
            _ = try reader.all(in: namespace, where: RepositoryFilter(authority: repository.name.authority))
            _ = try reader.registry(repository.name.authority)
            _ = try reader.registries(in: namespace)
            let registries = RegistryFilter(
                name: "canary", host: "canary", isDockerRegistry: false, authorities: [repository.name.authority],
                after: repository.name.authority)
            for filter in [registries, RegistryFilter(host: "canary.example", after: repository.name.authority)] {
                _ = try reader.registries(in: namespace, where: filter, page: Sample.page(limit: 1, offset: 1))
            }
            _ = try reader.repositories(unreachableOn: repository.name.authority, limit: 1)
            _ = try reader.repositories(rejectedWithLoginOf: credential.id, limit: 1)
            _ = try reader.repositories(dueAt: Sample.date(), except: [Sample.authority()], turn: 0, limit: 1)
            _ = try reader.actions(in: namespace, page: Sample.page())
        }
        repository.verification.reason = "canary again"
        repository.credential = nil
        try await store.write { [repository] writer in
            try writer.update(repository)
            try writer.delete(repository)
            try writer.deleteCredential(credential.id)
        }
    }
}

/// The source files of the SQLite store.
enum Sources {
    static func files() throws -> [(name: String, text: String)] {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = package.appendingPathComponent("Sources/StorageSQLite").resolvingSymlinksInPath()
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }.sorted().map {
            (name: $0, text: try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8))
        }
    }
}
