import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("The lineage of API keys")
struct KeyLineageTests {
    private static let day: TimeInterval = 86_400
    private static let all = Set(Scope.allCases)

    @Test("A key for the same account expires no later than the key that created it, and refers to it", arguments: [1, 90, 365])
    func ends(days: Int) async throws {
        let backend = try await TestBackend()
        let now = backend.clock.clock.now()
        let maker = try await backend.createKey(scopes: Self.all, days: 1).value
        #expect(maker.key.madeWith == backend.key.keyID && maker.key.expires == now + Self.day, "the first key has no end")
        backend.clock.advance(by: 3600)
        let made = try await backend.createKey(days: days, by: maker.secret).value.key
        #expect(made.expires == now + Self.day)
        #expect(try await backend.backend.inspectAPIKey(made.id, by: backend.caller()).key.madeWith == maker.key.id)
    }

    @Test("A key for a robot or another account has its own expiry")
    func others() async throws {
        let backend = try await TestBackend()
        try await backend.createUser("carol")
        let now = backend.clock.clock.now()
        let maker = try await backend.createKey(scopes: Self.all, days: 1).value.secret
        #expect(try await backend.createKey(for: "carol", days: 365, by: maker).value.key.expires == now + 365 * Self.day)
        try await backend.createOrganization()
        try await backend.createRobot()
        #expect(try await backend.createKey(for: "acme+ci", days: 365, by: maker).value.key.expires == now + 365 * Self.day)
    }

    @Test("Revoking a key revokes its descendants of the same account and lists the others; `descendants` revokes those too")
    func revokes() async throws {
        let backend = try await TestBackend()
        try await backend.createOrganization()
        for robot in ["ci", "nightly"] { try await backend.createRobot(robot) }
        let root = try await backend.createKey(scopes: Self.all).value.secret
        let child = try await backend.createKey(scopes: Self.all, by: root).value.secret
        let grandchild = try await backend.createKey(scopes: Self.all, by: child).value.secret
        let robot = try await backend.createKey(for: "acme+ci", scopes: Self.all, by: grandchild).value.secret
        let robots = try await backend.createKey(scopes: [.pull], by: robot).value.secret
        let sibling = try await backend.createKey(scopes: Self.all).value.secret

        let first = try await backend.revoke(root.keyID).value
        #expect(first.revoked.first == root.keyID)
        #expect(Set(first.revoked) == [root.keyID, child.keyID, grandchild.keyID])
        #expect(Set(first.remaining.map(\.key.id)) == [robot.keyID, robots.keyID])
        #expect(Set(first.remaining.map { "\($0.account.name)" }) == ["acme+ci"])
        for key in [root, child, grandchild] { #expect(await !backend.isAlive(key)) }
        for key in [robot, robots, sibling, backend.key] { #expect(await backend.isAlive(key)) }
        let recorded = try await backend.trail(of: "admin").filter { $0.kind == .apiKeyDelete }.map(\.object)
        #expect(Set(recorded) == [.apiKey(root.keyID), .apiKey(child.keyID), .apiKey(grandchild.keyID)] && recorded.count == 3)

        let second = try await backend.revoke(root.keyID, descendants: true).value
        #expect(Set(second.revoked) == [robot.keyID, robots.keyID] && second.remaining.isEmpty)
        for key in [robot, robots] { #expect(await !backend.isAlive(key)) }
        #expect(await backend.isAlive(sibling))
    }

    @Test("Keys of accounts that the caller may no longer manage stay valid, even with `descendants`")
    func unmanaged() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let carol = try await backend.makeMember("carol", .admin)
        try await backend.createRobot("ci", by: carol)
        let robot = try await backend.createKey(for: "acme+ci", by: carol).value.secret
        try await backend.addMember("carol", .read)
        let another = try await backend.makeKey(of: "carol")
        let revocation = try await backend.revoke(carol.keyID, descendants: true, by: another).value
        #expect(revocation.revoked == [carol.keyID] && revocation.remaining.map(\.key.id) == [robot.keyID])
        #expect(await backend.isAlive(robot))
    }

    @Test("A key that is revoked during a call creates no key")
    func race() async throws {
        let backend = try await TestBackend()
        let maker = try await backend.createKey(scopes: Self.all).value.secret
        let caller = try await backend.caller(maker)
        try await backend.revoke(maker.keyID)
        let input = APIKeyInput(account: nil, label: nil, scopes: nil, days: nil, restriction: APIKey.Restriction())
        await expectFault(401) { try await backend.backend.createAPIKey(input, by: caller) }
        await expectFault(401) { try await backend.backend.renewAPIKey(nil, RenewalInput(days: nil, graceHours: nil), by: caller) }
        #expect(try RawDatabase(backend).count("api_keys") == 2)
    }

    @Test(
        "A key renews itself without any scope: the new key has the same rights and a new expiry, the old one a grace period"
    )
    func renews() async throws {
        let backend = try await TestBackend()
        let restriction = try APIKey.Restriction(namespace: "admin", to: ["a.example/*"])
        let old = try await backend.createKey(label: "laptop", days: 10, restriction: restriction).value
        backend.clock.advance(by: Self.day)
        let now = backend.clock.clock.now()
        let new = try #require(try await backend.stored(try await backend.renew(old.secret, days: 30).keyID))
        #expect(new.scopes == old.key.scopes && new.restriction == restriction && new.label == "laptop" && new.account == old.key.account)
        #expect(new.expires == now + 30 * Self.day && new.created == now)
        #expect(new.madeWith == old.key.madeWith && new.renews == old.key.id)
        #expect(try await backend.stored(old.key.id)?.expires == now + Self.day)
        #expect(await backend.isAlive(old.secret))
        backend.clock.advance(by: Self.day)
        #expect(await !backend.isAlive(old.secret))
        #expect(try await backend.trail(of: "admin").first?.kind == .apiKeyRenew)
    }

    @Test("The request sets the grace period, which never extends the old key", arguments: [0, 1, 168])
    func grace(hours: Int) async throws {
        let backend = try await TestBackend()
        let old = try await backend.createKey(days: 2).value
        let now = backend.clock.clock.now()
        try await backend.renew(old.secret, grace: hours)
        #expect(try await backend.stored(old.key.id)?.expires == min(now + 2 * Self.day, now + Double(hours) * 3600))
        #expect(await backend.isAlive(old.secret) == (hours > 0))
    }

    @Test("A key cannot renew another key, nor itself twice")
    func refused() async throws {
        let backend = try await TestBackend()
        let key = try await backend.createKey().value.secret
        await expectFault(403) { try await backend.renew(key, id: backend.key.keyID) }
        try await backend.renew(key, id: key.keyID)
        await expectFault(409) { try await backend.renew(key) }
        for (days, grace) in [(0, nil), (366, nil), (nil, -1), (nil, 169)] as [(Int?, Int?)] {
            #expect(throws: RequestError.self) { try RenewalInput(days: days, graceHours: grace) }
        }
    }

    @Test("A renewal expires no later than the key that created the old one, unless that belongs to another account")
    func renewalEnds() async throws {
        let backend = try await TestBackend()
        let now = backend.clock.clock.now()
        let maker = try await backend.createKey(scopes: Self.all, days: 5).value.secret
        let child = try await backend.createKey(days: 1, by: maker).value.secret
        #expect(try await backend.stored(backend.renew(child, days: 365).keyID)?.expires == now + 5 * Self.day)
        try await backend.createUser("carol")
        let carol = try await backend.createKey(for: "carol", days: 1, by: maker).value.secret
        #expect(try await backend.stored(backend.renew(carol, days: 365).keyID)?.expires == now + 365 * Self.day)
    }

    @Test("Revoking the old key, its renewal or the key that created them revokes both and their descendants")
    func renewalsAreRevoked() async throws {
        for revoked in 0..<3 {
            let backend = try await TestBackend()
            let maker = try await backend.createKey(scopes: Self.all).value.secret
            let old = try await backend.createKey(scopes: Self.all, by: maker).value.secret
            let before = try await backend.createKey(by: old).value.secret
            let new = try await backend.renew(old)
            let after = try await backend.createKey(by: new).value.secret
            #expect(try await backend.stored(before.keyID)?.madeWith == new.keyID)
            try await backend.revoke([maker, old, new][revoked].keyID)
            for key in [old, before, new, after] { #expect(await !backend.isAlive(key), "\(revoked)") }
            #expect(await backend.isAlive(maker) == (revoked > 0))
            #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) } == [])
        }
    }

    @Test("Revoking any key of a chain of renewals revokes the whole chain and its descendants", arguments: 0..<4)
    func chain(revoked: Int) async throws {
        let backend = try await TestBackend()
        var chain = [try await backend.createKey(scopes: Self.all).value.secret]
        for _ in 1..<4 {
            guard let last = chain.last else { return }
            chain.append(try await backend.renew(last, grace: 100))
        }
        let child = try await backend.createKey(by: chain[0]).value.secret
        try await backend.revoke(chain[revoked].keyID)
        for key in chain + [child] { #expect(await !backend.isAlive(key)) }
    }

    @Test("Keys that a removed robot created stay in the lineage of the key that created the robot's", arguments: [true, false])
    func removedRobot(ofOrganization: Bool) async throws {
        let backend = try await TestBackend()
        try await backend.createOrganization()
        for robot in ["middle", "second"] { try await backend.createRobot(robot) }
        try await backend.createOrganization("other")
        try await backend.createRobot("end", in: "other")
        let root = try await backend.createKey(scopes: Self.all).value.secret
        let middle = try await backend.createKey(for: "acme+middle", scopes: Self.all, by: root).value.secret
        let second = try await backend.makeKey(of: "acme+second", madeWith: middle.keyID)
        let end = try await backend.makeKey(of: "other+end", madeWith: second.keyID)
        if ofOrganization {
            try await backend.removeOrganization()
        } else {
            for robot in ["middle", "second"] { try await backend.removeRobot(robot) }
        }
        #expect(try await backend.stored(end.keyID)?.madeWith == root.keyID)
        let revocation = try await backend.revoke(root.keyID, descendants: true).value
        #expect(revocation.revoked == [root.keyID, end.keyID] && revocation.remaining.isEmpty)
        #expect(await !backend.isAlive(end))
    }

    @Test("A key whose maker is renewed while the call arrives expires no later than the maker then does")
    func renewedMaker() async throws {
        let backend = try await TestBackend()
        let now = backend.clock.clock.now()
        let maker = try await backend.createKey(scopes: Self.all, days: 100).value.secret
        let caller = try await backend.caller(maker)
        try await backend.renew(maker, grace: 1)
        let input = APIKeyInput(account: nil, label: nil, scopes: nil, days: 365, restriction: APIKey.Restriction())
        let made = try await backend.backend.createAPIKey(input, by: caller).value.key
        #expect(made.expires == now + 3600)
    }

    @Test("A renewal that expires earlier shortens the descendants of the same account, and no others")
    func shortened() async throws {
        let backend = try await TestBackend()
        try await backend.createUser("carol")
        let now = backend.clock.clock.now()
        let maker = try await backend.createKey(scopes: Self.all, days: 300).value.secret
        let child = try await backend.createKey(scopes: Self.all, days: 300, by: maker).value.secret
        let grandchild = try await backend.createKey(days: 300, by: child).value.secret
        let short = try await backend.createKey(days: 1, by: maker).value.secret
        let carol = try await backend.createKey(for: "carol", days: 300, by: maker).value.secret
        try await backend.renew(maker, days: 2)
        for (key, days) in [(child, 2.0), (grandchild, 2), (short, 1), (carol, 300)] {
            #expect(try await backend.stored(key.keyID)?.expires == now + days * Self.day)
        }
    }

    @Test("A descendant that has expired by the clock is revoked as well, and one that is edited once its row is signed")
    func expiredAndEdited() async throws {
        let journal = MemoryJournal()
        let backend = try await TestBackend(journal: journal)
        let root = try await backend.createKey(scopes: Self.all).value.secret
        let expired = try await backend.createKey(days: 1, by: root).value.secret
        let edited = try await backend.createKey(by: root).value.secret
        try RawDatabase(backend).run("UPDATE api_keys SET scopes = 'push' WHERE id = ?", edited.keyID)
        backend.clock.advance(by: 2 * Self.day)
        try await backend.revoke(root.keyID)
        backend.clock.advance(by: -2 * Self.day)
        #expect(await !backend.isAlive(expired))
        #expect(Revocations(journal.entries()).keys.keys.contains(edited.keyID))
    }

    @Test("An edited row in the lineage does not protect its descendants from revocation")
    func edited() async throws {
        let backend = try await TestBackend()
        let root = try await backend.createKey(scopes: Self.all).value.secret
        let child = try await backend.createKey(scopes: Self.all, by: root).value.secret
        let grandchild = try await backend.createKey(by: child).value.secret
        try RawDatabase(backend).run("UPDATE api_keys SET scopes = 'pull' WHERE id = ?", child.keyID)
        #expect(Set(try await backend.revoke(root.keyID).value.revoked) == [root.keyID, grandchild.keyID])
        let raw = try RawDatabase(backend)
        try raw.run("UPDATE api_keys SET made_with = NULL, revoked = NULL WHERE id = ?", grandchild.keyID)
        await #expect(throws: StoreError.unverified(RowName(.apikey, grandchild.keyID))) { try await backend.caller(grandchild) }
    }
}
