import Domain
import FoundationEssentials
import Naming
import Operations
import TestSupport
import Testing

@Suite("Creating API keys")
struct CreateAPIKeyTests {
    @Test("By default a key belongs to the caller, has the scopes pull and repository:read, and expires after ninety days")
    func defaults() async throws {
        let backend = try await TestBackend()
        let recorded = try await backend.createKey()
        let (key, account, secret) = recorded.value
        #expect(account.name.description == "admin")
        #expect(key.scopes == [.pull, .repositoryRead] && key.label.isEmpty && key.restriction == APIKey.Restriction())
        #expect(key.expires == backend.clock.clock.now() + 90 * 24 * 60 * 60)
        #expect(key.revoked == nil && key.lastUsed == nil)
        #expect(try await backend.stored(secret.keyID) == key)
        #expect(await backend.isAlive(secret))
        backend.clock.advance(by: 90 * 24 * 60 * 60)
        #expect(await !backend.isAlive(secret))
        let action = try #require(recorded.action)
        #expect(action.kind == .apiKeyCreate && action.object == .apiKey(secret.keyID))
        #expect(try await backend.trail(of: "admin") == [action])
    }

    @Test("The key is stored only as a keyed hash")
    func hashed() async throws {
        let backend = try await TestBackend()
        let secret = try await backend.createKey(label: "build server").value.secret
        for row in try RawDatabase(backend).everything() {
            #expect(!row.contains(secret.revealed().suffix(49)), "\(row)")
        }
        #expect(try await backend.stored(secret.keyID)?.hash.count == 32)
    }

    @Test(
        "Invalid attributes of a key are refused",
        arguments: [
            ("a day too many", nil, 366, nil, 0), ("no days", nil, 0, nil, 0), ("days before now", nil, -1, nil, 0),
            ("more days than there are", nil, Int.max, nil, 0), ("no scopes", nil, nil, [], 0),
            ("a label that is too long", String(repeating: "é", count: 101), nil, nil, 0), ("a line break", "a\nb", nil, nil, 0),
            ("a control character", "a\u{7F}", nil, nil, 0), ("a NUL", "\0", nil, nil, 0), ("too many repositories", nil, nil, nil, 101),
        ] as [(String, String?, Int?, Set<Scope>?, Int)])
    func invalid(name: String, label: String?, days: Int?, scopes: Set<Scope>?, patterns: Int) async throws {
        let backend = try await TestBackend()
        let restriction = try APIKey.Restriction(to: (0..<patterns).map { "a.example/image-\($0)" })
        await expectFault(400) { try await backend.createKey(label: label, scopes: scopes, days: days, restriction: restriction) }
        #expect(try await backend.trail(of: "admin").isEmpty)
        #expect(try RawDatabase(backend).count("api_keys") == 1)
    }

    @Test("A key may have attributes at the limits", arguments: [1, 365])
    func limits(days: Int) async throws {
        let backend = try await TestBackend()
        let label = String(repeating: "\u{1F6A2}", count: 100)
        let restriction = try APIKey.Restriction(namespace: "admin", to: (0..<100).map { "a.example/image-\($0)" })
        let key = try await backend.createKey(label: label, days: days, restriction: restriction).value.key
        #expect(try await backend.stored(key.id) == key)
        #expect(key.restriction == restriction && key.label == label)
        #expect(key.expires == backend.clock.clock.now() + Double(days) * 24 * 60 * 60)
    }

    @Test("A label that contains an API key is refused, and the message does not repeat it")
    func keyAsLabel() async throws {
        let backend = try await TestBackend()
        let fault = await expectFault(400) { try await backend.createKey(label: "was \(backend.key.revealed())") }
        #expect(fault?.message.contains("revoke") == true && fault?.message.contains("lm_") == false)
    }

    @Test("Callers create keys for themselves, admins for their robots, and server administrators for any user")
    func holders() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        try await backend.createOrganization(by: carol)
        let bob = try await backend.makeMember("bob", .write)
        let robot = try await backend.makeRobot("ci", .read)
        let manager = try await backend.makeRobot("manager", .admin)
        let rows: [(APIKeySecret, String, Bool)] = [
            (carol, "carol", true), (carol, "acme+ci", true), (carol, "bob", false), (carol, "admin", false), (carol, "nobody", false),
            (carol, "acme+none", false), (carol, "carol+ci", false), (bob, "acme+ci", false), (bob, "carol", false),
            (robot, "acme+ci", true),
            (robot, "acme+manager", false), (robot, "carol", false), (manager, "acme+ci", true), (manager, "bob", false),
            (backend.key, "carol", true), (backend.key, "nobody", false), (backend.key, "acme+ci", false),
        ]
        for (key, account, isAllowed) in rows {
            let caller = try await backend.caller(key)
            let input = APIKeyInput(
                account: try AccountName(parsing: account), label: nil, scopes: nil, days: nil, restriction: APIKey.Restriction())
            let status = await backend.attempt { verbs in
                let made = try await verbs.createAPIKey(input, by: caller)
                #expect(made.value.account.name.description == account)
                #expect(made.action?.namespace == made.value.account.name.namespace)
            }
            #expect(status == (isAllowed ? nil : 404), "\(caller.origin.user) for \(account)")
        }
    }

    @Test("A key can be restricted only to a namespace of which its account is a member")
    func namespaces() async throws {
        let backend = try await TestBackend()
        let carol = try await backend.makeAccount("carol")
        try await backend.makeOrganization(admin: "carol")
        try await backend.makeRobot()
        for (account, namespace, isAllowed) in [
            ("carol", "carol", true), ("carol", "acme", true), ("carol", "admin", false), ("carol", "nothing", false),
            ("acme+ci", "acme", true), ("acme+ci", "carol", false),
        ] {
            let caller = try await backend.caller(carol)
            let input = APIKeyInput(
                account: try AccountName(parsing: account), label: nil, scopes: nil, days: nil,
                restriction: try APIKey.Restriction(namespace: namespace, to: []))
            #expect(
                await backend.attempt { try await $0.createAPIKey(input, by: caller) } == (isAllowed ? nil : 400),
                "\(account), \(namespace)")
        }
    }
}
