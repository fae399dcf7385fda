import Domain
import Naming
import Operations
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Testing

@Suite("Rows that the server did not write")
struct ForgedRowTests {
    private static let victim = "registry.example/team/image"
    private static let neighbour = "registry.example/team/neighbour"

    @Test("A repository row that refers to another credential is not used, and nothing is sent")
    func neighbour() async throws {
        let (backend, raw) = try await Self.deployment()
        let asked = backend.verifier.requests.count
        try raw.run(
            "UPDATE repositories SET credential = (SELECT credential FROM repositories WHERE name = ?) WHERE name = ?", Self.neighbour,
            Self.victim)
        let uses: [(TestBackend) async throws -> Void] = [
            { _ = try await $0.inspect(Self.victim) }, { try await $0.verifyAgain(Self.victim) },
            { try await $0.update(Self.victim, nil, "fresh") }, { try await $0.remove(Self.victim) },
            {
                _ = try await $0.backend.useRepository(
                    .pull, of: RepositoryName(parsing: Self.victim), "v1", isExistenceCheck: false, in: nil, by: $0.caller())
            },
        ]
        try await Self.bump(backend)
        for use in uses { await Self.expectUnverified(.repository) { try await use(backend) } }
        #expect(backend.verifier.requests.count == asked)
        let page = try await backend.backend.listRepositories(
            in: nil, where: RepositoryFilter(), page: .everything(), by: backend.caller())
        #expect(page.items.map(\.name.description) == [Self.neighbour] && page.omitted == 1 && page.total == 2)
        #expect(try await backend.inspect(Self.neighbour).name.description == Self.neighbour)
    }

    @Test(
        "A credential row that was edited is not used, and is reported like a row whose code is wrong",
        arguments: [
            "UPDATE credential_secrets SET envelope = (SELECT envelope FROM credential_secrets WHERE credential <> OUTER)",
            "UPDATE credential_secrets SET envelope = X'00'", "UPDATE credentials SET authority = 'evil.example'",
            "UPDATE credentials SET namespace = 'other'", "DELETE FROM credential_secrets",
        ])
    func credential(_ statement: String) async throws {
        let logged = Mutex<[RowName]>([])
        let (backend, raw) = try await Self.deployment { row in logged.withLock { $0.append(row) } }
        let asked = backend.verifier.requests.count
        let id = try #require(try raw.text("SELECT credential FROM repositories WHERE name = ?", Self.victim))
        let column = statement.contains("credential_secrets") ? "credential" : "id"
        try raw.run("\(statement.replacing("OUTER", with: "'\(id)'")) WHERE \(column) = ?", id)
        try await Self.bump(backend)
        await Self.expectUnverified(.credential) { try await backend.verifyAgain(Self.victim) }
        #expect(backend.verifier.requests.count == asked)
        #expect(logged.withLock { $0.map(\.description) } == ["credential:\(id)"])
        #expect(try await backend.trail(of: "admin").first { $0.kind == .rowRefuse }?.object == .row("credential:\(id)"))
        let examination = ExamineRows(store: backend.store, deployment: backend.deployment)
        #expect(try await examination.unverified().map(\.name.description) == ["credential:\(id)"])
        // A new user name and password replace it.
        try await backend.update(Self.victim, "user", "fresh")
        try await backend.verifyAgain(Self.victim)
        #expect(try await examination.unverified() == [])
    }

    @Test(
        "A name that was deleted outside the server stays taken while rows of it exist",
        arguments: [
            "DELETE FROM namespaces WHERE name = 'NAME'", "UPDATE namespaces SET name = 'zz' WHERE name = 'NAME'",
            "DELETE FROM organizations WHERE name = 'NAME'; DELETE FROM namespaces WHERE name = 'NAME'",
            "DELETE FROM memberships; DELETE FROM organizations; DELETE FROM namespaces WHERE name = 'NAME'",
        ], ["acme", "victim", "former"])
    func names(_ statements: String, _ name: String) async throws {
        let backend = try await TestBackend()
        let mallory = try await backend.makeAccount("mallory")
        let victim = try await backend.makeAccount("victim")
        try await backend.register(Self.victim, "user", "secret", by: victim)
        for organization in ["acme", "former"] { try await backend.createOrganization(organization, by: victim) }
        try await backend.removeOrganization("former", by: victim)
        let raw = try RawDatabase(backend)
        for statement in statements.split(separator: ";") { try raw.run(String(statement).replacing("NAME", with: name)) }
        try await Self.bump(backend)
        await expectFault(409) { try await backend.createOrganization(name, by: mallory) }
        if name != "victim" { await expectFault(409) { try await backend.createUser(name) } }
    }

    @Test("A user whose row names an organization is refused, counted as omitted and not deleted with the organization")
    func misplaced() async throws {
        let (backend, raw) = try await Self.deployment()
        let carol = try await backend.makeAccount("carol")
        try await backend.createOrganization()
        try await backend.createRobot()
        try raw.run("UPDATE accounts SET organization = 'acme' WHERE name = 'carol'")
        try await Self.bump(backend)
        await Self.expectUnverified(.account) { _ = try await backend.caller(carol) }
        let users = try await backend.backend.listUsers(where: UserFilter(), page: .everything(), by: backend.caller())
        #expect(users.omitted == 1 && users.items.map(\.name.description) == ["admin"])
        let filter = UserFilter(after: try NamespaceName(parsing: "admin"))
        let next = try await backend.backend.listUsers(where: filter, page: .everything(), by: backend.caller())
        #expect(next.omitted == 0 && next.items.isEmpty)
        #expect(try await backend.store.write { try $0.unverifiedRows(limit: 9) }.map(\.name.kind) == [.account])
        try await backend.removeOrganization()
        #expect(try raw.text("SELECT name FROM accounts WHERE name = 'carol'") == "carol")
        #expect(try raw.text("SELECT id FROM api_keys WHERE id = ?", carol.keyID) == carol.keyID)
    }

    @Test(
        "A pull in progress ends when the row of its key or repository was edited",
        arguments: [
            ("UPDATE api_keys SET scopes = 'push pull' WHERE id = ?", RowName.Kind.apikey),
            ("UPDATE repositories SET credential = 'x' WHERE ? <> ''", .repository),
        ])
    func inProgress(_ statement: String, _ kind: RowName.Kind) async throws {
        let (backend, raw) = try await Self.deployment()
        let carol = try await backend.makeAdministratorKey()
        let caller = try await backend.caller(carol)
        let use = try await backend.backend.useRepository(
            .pull, of: RepositoryName(parsing: Self.victim), "v1", isExistenceCheck: false, in: nil, by: caller
        ).repository
        try await backend.backend.checkContinuation(.pull, of: use, by: caller)
        try raw.run(statement, carol.keyID)
        try await Self.bump(backend)
        await Self.expectUnverified(kind) { try await backend.backend.checkContinuation(.pull, of: use, by: caller) }
    }

    @Test("A key row that was assigned to an administrator with all scopes does not authenticate")
    func key() async throws {
        let (backend, raw) = try await Self.deployment()
        let mallory = try await backend.makeAccount("mallory", scopes: [.pull])
        #expect(try await backend.caller(mallory).identity.account.name.description == "mallory")
        let scopes = Scope.allCases.map(\.rawValue).sorted().joined(separator: " ")
        try raw.run(
            "UPDATE api_keys SET account = (SELECT id FROM accounts WHERE name = 'admin'), scopes = ?, expires = NULL WHERE id = ?", scopes,
            mallory.keyID)
        try await Self.bump(backend)
        await Self.expectUnverified(.apikey) { _ = try await backend.caller(mallory) }
        await Self.expectUnverified(.apikey) { _ = try await backend.backend.authenticate(tokenOf: mallory.keyID) }
        // Other keys are unaffected, and the refusal of such a key does not prevent other records.
        let wrong = try await backend.makeAccount("carol")
        let origin = Action.Origin(user: "", keyID: nil, address: "192.0.2.1", method: "GET", path: "/", userAgent: "")
        for id in [mallory.keyID, wrong.keyID] { backend.backend.noteRefusal(of: id, from: origin) }
        try await backend.backend.writeRefusedKeys()
        #expect(try await backend.trail(of: "carol").map(\.kind) == [.apiKeyUse])
    }

    @Test("An account row that was edited to an administrator is refused", arguments: ["is_administrator = 1", "is_disabled = 0"])
    func administrator(_ change: String) async throws {
        let (backend, raw) = try await Self.deployment()
        let mallory = try await backend.makeAccount("mallory", isDisabled: change.hasPrefix("is_disabled"))
        try raw.run("UPDATE accounts SET \(change) WHERE name = 'mallory'")
        try await Self.bump(backend)
        await Self.expectUnverified(.account) { _ = try await backend.caller(mallory) }
        #expect(try await backend.store.read { try $0.administratorCount() } == 1)
    }

    @Test("A registry row that was edited to plain HTTP prevents all requests to the registry")
    func registry() async throws {
        let (backend, raw) = try await Self.deployment()
        let asked = backend.verifier.requests.count
        try raw.run("UPDATE registries SET is_plain_http = 1, is_ssl = 0")
        try await Self.bump(backend)
        await Self.expectUnverified(.registry) { try await backend.verifyAgain(Self.victim) }
        await Self.expectUnverified(.registry) { try await backend.register("registry.example/team/new", "user", "secret") }
        await Self.expectUnverified(.registry) { _ = try await backend.registry("registry.example") }
        await Self.expectUnverified(.registry) {
            let caller = try await backend.caller()
            let used = try await backend.backend.useRepository(
                .pull, of: RepositoryName(parsing: Self.victim), "v1", isExistenceCheck: false, in: nil, by: caller
            ).repository
            _ = try await backend.backend.openUpstream(of: used, by: caller)
        }
        #expect(backend.verifier.requests.count == asked)
    }

    @Test("A membership row that was edited to admin loses all access to the organization")
    func member() async throws {
        let (backend, raw) = try await Self.deployment()
        try await backend.makeOrganization()
        let carol = try await backend.makeMember("carol", .read)
        try raw.run("UPDATE memberships SET permission = 'admin' WHERE account = (SELECT id FROM accounts WHERE name = 'carol')")
        try await Self.bump(backend)
        await Self.expectUnverified(.membership) { try await backend.createRobot("ci", by: carol) }
    }

    @Test("A row that does not verify is logged once, and recorded once in the trail of the first administrator")
    func reported() async throws {
        let logged = Mutex<[RowName]>([])
        let (backend, raw) = try await Self.deployment { row in logged.withLock { $0.append(row) } }
        let id = try #require(try raw.text("SELECT id FROM repositories WHERE name = ?", Self.victim))
        try raw.run("UPDATE repositories SET code = NULL WHERE name = ?", Self.victim)
        for _ in 1...3 {
            await Self.expectUnverified(.repository) { _ = try await backend.inspect(Self.victim) }
            _ = try await backend.backend.listRepositories(in: nil, where: RepositoryFilter(), page: .everything(), by: backend.caller())
        }
        #expect(logged.withLock(\.self) == [RowName(.repository, id)])
        let actions = try await backend.trail(of: "admin").filter { $0.kind == .rowRefuse }
        #expect(actions.map(\.object) == [.row("repository:\(id)")] && actions.map(\.state) == [.failed] && actions.map(\.status) == [503])
        backend.clock.advance(by: 3601)
        await Self.expectUnverified(.repository) { _ = try await backend.inspect(Self.victim) }
        #expect(logged.withLock(\.count) == 2)
    }

    private static func deployment(
        log: @escaping @Sendable (RowName) -> Void = { _ in }
    ) async throws -> (TestBackend, RawDatabase) {
        let backend = try await TestBackend(onUnverifiedRow: log)
        try await backend.register(victim, "user", "secret")
        try await backend.register(neighbour, "user", "neighbour")
        return (backend, try RawDatabase(backend))
    }

    /// Invalidates the read cache.
    private static func bump(_ backend: TestBackend) async throws { try await backend.store.write { _ in } }

    private static func expectUnverified(
        _ kind: RowName.Kind, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async {
        await #expect(sourceLocation: sourceLocation) {
            try await body()
        } throws: {
            if case StoreError.unverified(let row) = $0 { row.kind == kind } else { false }
        }
    }
}
