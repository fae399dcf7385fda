import Domain
import FoundationEssentials
import Naming
import Operations
import Sealing
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Testing

@Suite("The revocation journal")
struct RevocationJournalTests {
    @Test("The journal has revoked keys, their descendants, keys of removed robots and disabled accounts, but no enabled accounts")
    func entries() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let date = backend.clock.clock.now()
        let maker = try await backend.createKey(scopes: Set(Scope.allCases)).value.key
        let made = try await backend.createKey().value.key
        try await backend.revoke(maker.id)
        try await backend.createUser("carol")
        try await backend.updateUser("carol", isDisabled: true)
        #expect(Revocations(journal.entries()).keys == [maker.id: date])
        #expect(Set(Revocations(journal.entries()).accounts.keys.map { "\($0.name)" }) == ["carol"])
        try await backend.updateUser("carol", isDisabled: false)
        #expect(Revocations(journal.entries()).accounts.isEmpty)

        try await backend.createOrganization()
        for robot in ["ci", "nightly"] { try await backend.createRobot(robot) }
        let keys = [
            try await backend.createKey(for: "acme+ci").value.key, try await backend.createKey(for: "acme+nightly").value.key,
        ]
        try await backend.removeRobot("ci")
        try await backend.removeOrganization()
        #expect(Set(Revocations(journal.entries()).keys.keys) == Set(keys.map(\.id) + [maker.id]))
        #expect(Revocations(journal.entries()).keys[made.id] == nil)
    }

    @Test("A revocation fails if it cannot be written to the journal")
    func failing() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let key = try await backend.createKey().value.secret
        try await backend.createUser("carol")
        journal.fail()
        await #expect(throws: StoreError.self) { try await backend.revoke(key.keyID) }
        await #expect(throws: StoreError.self) { try await backend.updateUser("carol", isDisabled: true) }
        #expect(await backend.isAlive(key))
        #expect(try await backend.store.read { try $0.revocations() }.disabledAccounts.isEmpty)
    }

    @Test("Startup applies the journal to older data once and records it")
    func older() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        let key = try await backend.createKey().value.secret
        let carol = try await backend.makeAccount("carol")
        let erin = try await backend.makeAccount("erin")
        let date = backend.clock.clock.now()
        try journal.append([
            .revoked(key.keyID, date), .revoked("nobodysKey12", date), .disabled(try AccountName(parsing: "carol"), id: nil, date),
            .disabled(try AccountName(parsing: "erin"), id: nil, date), .enabled(try AccountName(parsing: "erin"), id: nil, date),
        ])
        backend.clock.advance(by: 60)
        func apply() async throws -> Int {
            try await ApplyRevocations(
                Revocations(journal.entries()), store: backend.store, journal: journal, clock: backend.clock.clock
            ).run(of: deployment, secret: "0123456789abcdef")
        }
        #expect(try await apply() == 2)
        for dead in [key, carol] { #expect(await !backend.isAlive(dead)) }
        #expect(await backend.isAlive(erin))
        #expect(try await backend.stored(key.keyID)?.revoked == date)
        #expect(try await backend.trail(of: "carol").map(\.origin.userAgent) == ["lighterman revocations"])
        #expect(try await apply() == 0)
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) } == [])
    }

    @Test("A deployment row from before the signing does not open afterwards, even if every code was cleared")
    func markerReset() async throws {
        let (backend, raw) = try await SignRowsTests.earlierVersion()
        let earlier = try #require(try raw.bytes("SELECT secret FROM deployment"))
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        _ = try await OpenedDeployment(deployment, in: backend.store, ring: backend.ring)
        for table in SignRowsTests.tables { try raw.run("UPDATE \(table) SET code = NULL") }
        try raw.run("UPDATE accounts SET is_administrator = 1 WHERE name = 'carol'")
        try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(earlier))")
        let older = try #require(try await backend.store.read { try $0.deployment() })
        let journal = MemoryJournal()
        try journal.append([.signedRows(deployment.id, backend.clock.clock.now())])
        await #expect(throws: OpenedDeployment.OpeningError.olderDeploymentRow) {
            try await OpenedDeployment(older, in: backend.store, ring: backend.ring, journaled: Revocations(journal.entries()))
        }
        await #expect(throws: OpenedDeployment.OpeningError.olderDeploymentRow) {
            try await RotateKeys(store: backend.store, ring: backend.ring, journal: journal).run()
        }
        #expect(try await backend.store.read { try $0.hasSignedRows() } == false)
    }

    @Test("A renewed key stays expired after an older copy of the data was restored", arguments: [0, 1, 24])
    func renewed(grace: Int) async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let maker = try await backend.createKey(scopes: Set(Scope.allCases), days: 300).value.secret
        let child = try await backend.createKey(days: 300, by: maker).value.secret
        let now = backend.clock.clock.now()
        let raw = try RawDatabase(backend)
        try raw.run("CREATE TABLE older AS SELECT * FROM api_keys")
        try await backend.renew(maker, days: 2, grace: grace)
        #expect(try await backend.stored(child.keyID)?.expires == now + 2 * 86_400, "a child ends no later than its maker's renewal")
        // The copy has the rows with their codes of before.
        try raw.run("DELETE FROM api_keys")
        try raw.run("INSERT INTO api_keys SELECT * FROM older")
        #expect(await backend.isAlive(maker))
        #expect(try await backend.applyRevocations(of: journal) == 2)
        #expect(await backend.isAlive(maker) == (grace > 0))
        #expect(try await backend.stored(maker.keyID)?.expires == now + Double(grace) * 3600)
        #expect(try await backend.stored(child.keyID)?.expires == now + 2 * 86_400)
        #expect(try await backend.applyRevocations(of: journal) == 0)
    }

    @Test("An entry of a disabled account does not disable a later account of the same name", arguments: [true, false])
    func sameName(hasID: Bool) async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let now = backend.clock.clock.now()
        let name = try AccountName(parsing: "carol")
        try journal.append([.disabled(name, id: hasID ? UUID() : nil, now)])
        backend.clock.advance(by: 60)
        let carol = try await backend.makeAccount("carol")
        #expect(try await backend.applyRevocations(of: journal) == 0)
        #expect(await backend.isAlive(carol))
    }

    @Test("Rows that were edited outside the server do not get into the journal")
    func edited() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let key = try await backend.createKey().value.key
        _ = try await backend.makeAccount("carol")
        let raw = try RawDatabase(backend)
        try raw.run("UPDATE api_keys SET revoked = 1 WHERE id = ?", key.id)
        try raw.run("UPDATE accounts SET is_disabled = 1 WHERE name = 'carol'")
        _ = try await backend.applyRevocations(of: journal)
        let found = Revocations(journal.entries())
        #expect(found.keys.isEmpty && found.accounts.isEmpty)
    }

    @Test("A deployment secret that was replaced is not accepted again, until it is replaced once more")
    func replacedSecret() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let raw = try RawDatabase(backend)
        _ = try await backend.applyRevocations(of: journal)
        let former = try #require(try raw.bytes("SELECT secret FROM deployment"))
        _ = try await ReplaceDeploymentSecret(store: backend.store, ring: backend.ring, journal: journal).run()
        func open() async throws -> OpenedDeployment {
            let deployment = try #require(try await backend.store.read { try $0.deployment() })
            return try await OpenedDeployment(
                deployment, in: backend.store, ring: backend.ring, journaled: Revocations(journal.entries()))
        }
        _ = try await open()
        try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(former))")
        await #expect(throws: OpenedDeployment.OpeningError.replacedSecret) { _ = try await open() }
        await #expect(throws: OpenedDeployment.OpeningError.replacedSecret) {
            try await RotateKeys(store: backend.store, ring: backend.ring, journal: journal).run()
        }
        _ = try await ReplaceDeploymentSecret(store: backend.store, ring: backend.ring, journal: journal).run()
        _ = try await open()
    }

    @Test("A secret that was replaced before the journal had it is not accepted again")
    func unlistedSecret() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend()
        try journal.append([.signedRows(backend.deployment.id, backend.clock.clock.now())])
        let raw = try RawDatabase(backend)
        let former = try #require(try raw.bytes("SELECT secret FROM deployment"))
        _ = try await ReplaceDeploymentSecret(store: backend.store, ring: backend.ring, journal: journal).run()
        try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(former))")
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        await #expect(throws: OpenedDeployment.OpeningError.replacedSecret) {
            try await OpenedDeployment(
                deployment, in: backend.store, ring: backend.ring, journaled: Revocations(journal.entries()))
        }
    }
}

extension TestBackend {
    /// Reconciles data and journal, as a start does.
    func applyRevocations(of journal: MemoryJournal) async throws -> Int {
        let deployment = try #require(try await store.read { try $0.deployment() })
        let journaled = Revocations(journal.entries())
        let opened = try await OpenedDeployment(deployment, in: store, ring: ring, journaled: journaled)
        return try await ApplyRevocations(journaled, store: store, journal: journal, clock: clock.clock)
            .run(of: deployment, secret: opened.fingerprint)
    }
}
