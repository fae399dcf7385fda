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
        #expect(Set(Revocations(journal.entries()).accounts.keys.map { "\($0)" }) == ["carol"])
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
        #expect(try await backend.store.read { try $0.revocations() }.accounts.isEmpty)
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
            .revoked(key.keyID, date), .revoked("nobodysKey12", date), .disabled(try AccountName(parsing: "carol"), date),
            .disabled(try AccountName(parsing: "erin"), date), .enabled(try AccountName(parsing: "erin"), date),
        ])
        backend.clock.advance(by: 60)
        let apply = ApplyRevocations(store: backend.store, journal: journal, clock: backend.clock.clock)
        #expect(try await apply.run(of: deployment) == 2)
        for dead in [key, carol] { #expect(await !backend.isAlive(dead)) }
        #expect(await backend.isAlive(erin))
        #expect(try await backend.stored(key.keyID)?.revoked == date)
        #expect(try await backend.trail(of: "carol").map(\.origin.userAgent) == ["lighterman revocations"])
        #expect(try await apply.run(of: deployment) == 0)
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) } == [])
    }

    @Test("A lost journal is rebuilt from the data")
    func lost() async throws {
        let backend = try await TestBackend()
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        let key = try await backend.createKey().value.key
        try await backend.revoke(key.id)
        _ = try await backend.makeAccount("carol", isDisabled: true)
        let journal = MemoryJournal()
        _ = try await ApplyRevocations(store: backend.store, journal: journal).run(of: deployment)
        let found = Revocations(journal.entries())
        #expect(Set(found.keys.keys) == [key.id] && found.accounts.count == 1)
        #expect(found.deploymentsWithSignedRows == [deployment.id])
        let count = journal.entries().count
        _ = try await ApplyRevocations(store: backend.store, journal: journal).run(of: deployment)
        #expect(journal.entries().count == count)
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
        await #expect(throws: OpenedDeployment.OpeningError.olderDeploymentRow) {
            try await OpenedDeployment(older, in: backend.store, ring: backend.ring, expectsSignedRows: true)
        }
        await #expect(throws: OpenedDeployment.OpeningError.olderDeploymentRow) {
            try await RotateKeys(store: backend.store, ring: backend.ring, expectsSignedRows: true).run()
        }
        #expect(try await backend.store.read { try $0.hasSignedRows() } == false)
    }
}

/// An in-memory journal.
private final class MemoryJournal: RevocationJournal {
    private let kept = Mutex<(entries: [RevocationEntry], fails: Bool)>(([], false))

    func append(_ entries: [RevocationEntry]) throws {
        try kept.withLock { kept in
            guard !kept.fails else { throw StoreError.unavailable("full disk") }
            kept.entries += entries
        }
    }

    func entries() -> [RevocationEntry] { kept.withLock(\.entries) }

    func fail() { kept.withLock { $0.fails = true } }
}
