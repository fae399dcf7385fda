import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("A lost revocation journal")
struct LostJournalTests {
    @Test("A deployment does not open with the journal of another deployment or an empty one, unless it is rebuilt")
    func lost() async throws {
        let (backend, _) = try await Self.backend()
        let other = MemoryJournal()
        _ = try await TestBackend(journal: other)
        for journal in [MemoryJournal(), other] {
            await #expect(throws: OpenedDeployment.OpeningError.lostJournal) { try await backend.applyRevocations(of: journal) }
            await #expect(throws: OpenedDeployment.OpeningError.lostJournal) {
                try await RotateKeys(store: backend.store, ring: backend.ring, journal: journal).run()
            }
            #expect(try await backend.rebuild(journal) > 0)
            #expect(try await backend.applyRevocations(of: journal) == 0)
        }
    }

    @Test("A start detects each line that the journal lost and that follows from the data")
    func lostLines() async throws {
        let (backend, journal) = try await Self.backend()
        let entries = journal.entries()
        let disabled = Revocations(entries).accounts.keys.map(\.name)
        let renewed = try await backend.store.read { try $0.revocations() }.renewedKeys
        var found = 0
        for (index, entry) in entries.enumerated() {
            let shorter = MemoryJournal()
            try shorter.append(Array(entries[..<index] + entries[(index + 1)...]))
            switch entry {
            case .enabled, .secret, .names: continue
            case .disabled(let name, _, _) where !disabled.contains(name): continue
            // The end of a key that was created with a renewed key is written together with that of the renewed key.
            case .expires(let id, _) where renewed[id] == nil: continue
            case .signedRows:
                await #expect(throws: OpenedDeployment.OpeningError.lostJournal) { try await backend.applyRevocations(of: shorter) }
            default:
                await #expect(throws: LostEntries.self, "\(entry)") { try await backend.applyRevocations(of: shorter) }
            }
            found += 1
        }
        #expect(found >= 9)
        #expect(try await backend.applyRevocations(of: journal) == 0)
    }

    @Test("A rebuilt journal has everything that the data has, and the rebuilding is recorded as the action of a user")
    func rebuilt() async throws {
        let (backend, journal) = try await Self.backend()
        let rebuilt = MemoryJournal()
        #expect(try await backend.rebuild(rebuilt) == rebuilt.entries().count)
        let (before, after) = (Revocations(journal.entries()), Revocations(rebuilt.entries()))
        #expect(Set(after.keys.keys) == Set(before.keys.keys) && after.keys.count >= 3)
        for (id, end) in before.expiries { #expect(after.expiries[id] == end, "\(id)") }
        #expect(before.expiries.count == 2)
        #expect(after.accounts.keys == before.accounts.keys && after.accounts.count == 1)
        #expect(after.names(of: backend.deployment.id) == before.names(of: backend.deployment.id))
        #expect(after.secrets == before.secrets && after.deploymentsWithSignedRows == before.deploymentsWithSignedRows)
        let action = try #require(try await backend.trail(of: "admin").first { $0.kind == .journalRebuild })
        #expect(action.origin.isUserAction && action.origin.userAgent == "lighterman doctor")
        #expect(try await backend.rebuild(rebuilt) == 0)
    }

    @Test("An account that is disabled in an older copy of the data and was enabled since is no lost entry")
    func enabled() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let raw = try RawDatabase(backend)
        try await backend.createUser("carol")
        try await backend.updateUser("carol", isDisabled: true)
        try raw.run("CREATE TABLE older AS SELECT * FROM accounts")
        try await backend.updateUser("carol", isDisabled: false)
        try raw.run("DELETE FROM accounts")
        try raw.run("INSERT INTO accounts SELECT * FROM older")
        #expect(try await backend.applyRevocations(of: journal) == 0)
        #expect(Revocations(journal.entries()).accounts.count == 1)
    }

    @Test("The journal of an earlier version gets all names once")
    func earlierVersion() async throws {
        let (backend, journal) = try await Self.backend()
        let earlier = MemoryJournal()
        let id = backend.deployment.id
        try earlier.append(
            journal.entries().filter { entry in
                switch entry {
                case .name, .names: false
                default: true
                }
            })
        #expect(try await backend.applyRevocations(of: earlier) == 0)
        #expect(Revocations(earlier.entries()).names(of: id) == Revocations(journal.entries()).names(of: id))
        let count = earlier.entries().count
        #expect(try await backend.applyRevocations(of: earlier) == 0)
        #expect(earlier.entries().count == count)
    }

    @Test("The revocations of rows that an administrator signs are added to the journal", arguments: [true, false])
    func signed(signsAll: Bool) async throws {
        let (backend, journal) = try await Self.backend()
        let raw = try RawDatabase(backend)
        try raw.run("UPDATE accounts SET is_disabled = 1 WHERE name = 'erin'")
        try raw.run("UPDATE api_keys SET revoked = 1 WHERE id = ?", backend.key.keyID)
        let examination = ExamineRows(
            store: backend.store, deployment: backend.deployment, journal: journal, clock: backend.clock.clock)
        if signsAll {
            _ = try await examination.signAll()
        } else {
            for row in try await examination.unverified() { try await examination.sign(row.name) }
        }
        #expect(Revocations(journal.entries()).keys[backend.key.keyID] != nil)
        #expect(Revocations(journal.entries()).accounts.keys.map { "\($0.name)" }.sorted() == ["carol", "erin"])
        #expect(try await backend.applyRevocations(of: journal) == 0)
    }

    @Test("A key that exists is not revoked by a row in the list of removed keys")
    func forgedRemoval() async throws {
        let (backend, journal) = try await Self.backend()
        try RawDatabase(backend).run("INSERT INTO removed_keys (id) VALUES (?)", backend.key.keyID)
        #expect(try await backend.applyRevocations(of: journal) == 0)
        #expect(try await backend.rebuild(MemoryJournal()) > 0)
        #expect(await backend.isAlive(backend.key))
    }

    /// A deployment with every kind of entry in its journal.
    private static func backend() async throws -> (TestBackend, MemoryJournal) {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        for user in ["carol", "erin"] { try await backend.createUser(user) }
        try await backend.updateUser("carol", isDisabled: true)
        for isDisabled in [true, false] { try await backend.updateUser("erin", isDisabled: isDisabled) }
        let revoked = try await backend.createKey().value.key
        try await backend.revoke(revoked.id)
        for organization in ["acme", "gone"] {
            try await backend.createOrganization(organization)
            try await backend.createRobot("ci", in: organization)
            try await backend.createKey(for: "\(organization)+ci")
        }
        try await backend.removeRobot("ci")
        try await backend.removeOrganization("gone")
        let maker = try await backend.createKey(scopes: Set(Scope.allCases), days: 300).value.secret
        try await backend.createKey(days: 300, by: maker)
        try await backend.renew(maker, days: 2, grace: 1)
        return (backend, journal)
    }
}

extension TestBackend {
    fileprivate func rebuild(_ journal: MemoryJournal) async throws -> Int {
        let deployment = try #require(try await store.read { try $0.deployment() })
        let journaled = Revocations(journal.entries())
        let opened = try await OpenedDeployment(deployment, in: store, ring: ring, journaled: journaled, allowsLostJournal: true)
        return try await ApplyRevocations(journaled, store: store, journal: journal, clock: clock.clock)
            .rebuild(of: deployment, secret: opened.fingerprint)
    }
}
