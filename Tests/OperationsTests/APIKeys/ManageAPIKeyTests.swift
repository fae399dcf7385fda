import Domain
import Naming
import Operations
import TestSupport
import Testing

@Suite("Listing and revoking API keys")
struct ManageAPIKeyTests {
    @Test("Keys are listed newest first, including revoked ones; listing another account's keys requires the right to create them")
    func listed() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        try await backend.createOrganization(by: carol)
        let robot = try await backend.makeRobot("ci", .read)
        let second = try await backend.createKey(by: carol).value.key
        try await backend.revoke(second.id, by: carol)
        func list(_ account: String?, by key: APIKeySecret) async throws -> [APIKey.ID] {
            let name = try account.map { try AccountName(parsing: $0) }
            return try await backend.backend.listAPIKeys(of: name, after: nil, page: .everything(), by: backend.caller(key)).listing.items
                .map(\.id)
        }
        for account in [nil, "carol"] { #expect(try await list(account, by: carol) == [second.id, carol.keyID]) }
        #expect(try await list("carol", by: backend.key) == [second.id, carol.keyID])
        #expect(try await list("acme+ci", by: carol) == [robot.keyID])
        #expect(try await list(nil, by: robot) == [robot.keyID])
        for (account, key) in [("admin", carol), ("nobody", carol), ("acme+ci", backend.key), ("carol", robot)] {
            let fault = await expectFault(404) { try await list(account, by: key) }
            #expect(fault?.message == "There is no account '\(account)' whose API keys you may manage: check the name")
        }
    }

    @Test("Another account's key and an unknown key get the same response")
    func hidden() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        for id in [backend.key.keyID, "abcdefghijkl", ""] {
            let fault = await expectFault(404) { try await backend.backend.inspectAPIKey(id, by: backend.caller(carol)) }
            #expect(fault?.message == "There is no such API key that you may manage: 'docker-cloud apikey ls' lists them")
            let other = await expectFault(404) { try await backend.revoke(id, by: carol) }
            #expect(other == fault)
        }
        #expect(await backend.isAlive(backend.key))
        let found = try await backend.backend.inspectAPIKey(carol.keyID, by: backend.caller(carol))
        #expect(found.account.name.description == "carol" && found.key.id == carol.keyID)
    }

    @Test("A revoked key is invalid at once and stays listed; revoking it again changes nothing")
    func revoked() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        let another = try await backend.makeKey(of: "carol")
        let date = backend.clock.clock.now()
        let action = try #require(try await backend.revoke(another.keyID, by: carol).action)
        #expect(action.kind == .apiKeyDelete && action.object == .apiKey(another.keyID))
        #expect(await !backend.isAlive(another))
        #expect(await backend.isAlive(carol))
        backend.clock.advance(by: 60)
        #expect(try await backend.revoke(another.keyID, by: carol).action == nil)
        #expect(try await backend.stored(another.keyID)?.revoked == date)
        #expect(try await backend.trail(of: "carol") == [action])
        try await backend.revoke(carol.keyID, by: carol)
        #expect(await !backend.isAlive(carol), "also the one of the call itself")
    }

    @Test("An admin can revoke any key of the organization's robots, which is recorded in the organization's trail")
    func robots() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        let robot = try await backend.makeRobot("ci", .admin)
        let carol = try await backend.makeMember("carol", .write)
        await expectFault(404) { try await backend.revoke(robot.keyID, by: carol) }
        try await backend.addMember("carol", .admin)
        try await backend.revoke(robot.keyID, by: carol)
        #expect(await !backend.isAlive(robot))
        #expect(try await backend.trail().map(\.kind) == [.apiKeyDelete])
        await expectFault(404, "persons' keys are their own") {
            try await backend.revoke(carol.keyID, by: backend.makeRobot("two", .admin))
        }
    }

    @Test("Two concurrent revocations of a key both succeed, and one is recorded")
    func race() async throws {
        let (backend, store) = try await TestBackend.wrapping { GatedStore($0) }
        let key = try await backend.makeKey(of: "admin")
        let caller = try await backend.caller()
        let gate = Gate()
        store.wait(at: gate)
        async let first = backend.attempt { try await $0.revokeAPIKey(key.keyID, by: caller) }
        async let second = backend.attempt { try await $0.revokeAPIKey(key.keyID, by: caller) }
        await gate.arrivals(2)
        await gate.open()
        #expect(await [first, second] == [nil, nil])
        #expect(await !backend.isAlive(key))
        #expect(try await backend.trail(of: "admin").count == 1)
    }

    @Test("A key is neither created nor revoked if the action cannot be recorded")
    func unrecorded() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeKey(of: "admin")
        try RawDatabase(backend).forbidActions()
        await #expect(throws: (any Error).self) { try await backend.createKey() }
        await #expect(throws: (any Error).self) { try await backend.revoke(key.keyID) }
        #expect(try RawDatabase(backend).count("api_keys") == 2)
        #expect(await backend.isAlive(key))
    }
}
