import Domain
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

/// A writer of the database moves the rows of a name aside, has the server give the name again, and puts the rows back.
@Suite("Names that were given")
struct GivenNamesTests {
    @Test(
        "A name whose rows were removed from the database stays taken, in a running server and after a restart",
        arguments: ["acme", "carol", "gone"], [true, false])
    func removedRows(_ name: String, isRestarted: Bool) async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let mallory = try await backend.makeAccount("mallory")
        try await backend.createUser("carol")
        for name in ["acme", "gone"] { try await backend.createOrganization(name) }
        try await backend.removeOrganization("gone")
        try RawDatabase(backend).removeAll(of: name)
        let server = try await isRestarted ? backend.restarted(with: journal) : backend.backend
        let new = try NewNamespaceName(parsing: name)
        let caller = try await backend.caller(mallory)
        let fault = await expectFault(409) { try await server.createOrganization(new, by: caller) }
        #expect(fault?.message.hasPrefix("The name '\(name)' is taken") == true)
        #expect(try await backend.store.read { try $0.organization(NamespaceName(parsing: name)) } == nil)
        let administrator = try await backend.caller()
        await expectFault(409) { try await server.createUser(new, isAdministrator: false, by: administrator) }
    }

    @Test("A name is in the journal before the creation is acknowledged, and a creation that the journal does not get fails")
    func written() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        try await backend.createUser("carol")
        try await backend.createOrganization("acme")
        let names = Revocations(journal.entries()).names(of: backend.deployment.id)
        #expect(names.map(\.description).sorted() == ["acme", "admin", "carol"])
        journal.fail()
        await #expect(throws: StoreError.self) { try await backend.createUser("dave") }
        await #expect(throws: StoreError.self) { try await backend.createOrganization("team") }
        #expect(try await backend.store.read { try $0.revocations() }.names == names)
    }

    @Test("A name that was given after a backup stays taken when the backup is restored")
    func restored() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        try await backend.createOrganization("acme")
        try await backend.createUser("carol")
        for name in ["acme", "carol"] { try RawDatabase(backend).removeAll(of: name) }
        #expect(try await backend.applyRevocations(of: journal) == 0)
        let server = try await backend.restarted(with: journal)
        let caller = try await backend.caller()
        for name in ["acme", "carol"] {
            let new = try NewNamespaceName(parsing: name)
            await expectFault(409, "\(name)") { try await server.createOrganization(new, by: caller) }
            await expectFault(409, "\(name)") { try await server.createUser(new, isAdministrator: false, by: caller) }
        }
        _ = try await server.createOrganization(NewNamespaceName(parsing: "other"), by: caller)
    }

    @Test("The journal of another deployment takes no names")
    func otherDeployment() async throws {
        let journal = MemoryJournal()
        try await TestBackend(journal: journal).createOrganization("acme")
        try await TestBackend(journal: journal).createOrganization("acme")
    }

    @Test("A robot that was created in place of a removed row has none of the former robot's keys and rights")
    func robot() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        try await backend.createOrganization()
        try await backend.createRobot("ci", .admin)
        let former = try await backend.createKey(for: "acme+ci").value.secret
        let raw = try RawDatabase(backend)
        try raw.run("CREATE TABLE aside AS SELECT * FROM memberships WHERE name = 'acme+ci'")
        for table in ["api_keys WHERE account", "memberships WHERE account", "accounts WHERE id"] {
            try raw.run("DELETE FROM \(table) IN (SELECT account FROM aside)")
        }
        try await backend.createRobot("ci", .read)
        let new = try await backend.createKey(for: "acme+ci", scopes: Set(Scope.allCases)).value.secret
        try raw.run("DELETE FROM memberships WHERE name = 'acme+ci'")
        try raw.run("INSERT INTO memberships SELECT * FROM aside")
        #expect(await !backend.isAlive(former))
        let caller = try await backend.caller(new)
        await expectFault(404) {
            try await backend.backend.removeRobot(RobotName(parsing: "ci"), in: NamespaceName(parsing: "acme"), by: caller)
        }
    }
}

extension TestBackend {
    /// The backend of the same data after a restart.
    fileprivate func restarted(with journal: MemoryJournal) async throws -> Backend {
        Backend(
            store: store, deployment: deployment, journal: journal,
            givenNames: Revocations(journal.entries()).names(of: deployment.id), verifier: verifier, clock: clock.clock)
    }
}

extension RawDatabase {
    /// Removes the rows that belong to a user or an organization.
    fileprivate func removeAll(of name: String) throws {
        for table in [
            "repositories WHERE namespace", "memberships WHERE organization", "organizations WHERE name", "namespaces WHERE name",
            "actions WHERE namespace", "action_counts WHERE namespace", "repository_counts WHERE namespace",
            "repository_totals WHERE namespace", "accounts WHERE name",
        ] { try run("DELETE FROM \(table) = ?", name) }
    }
}
