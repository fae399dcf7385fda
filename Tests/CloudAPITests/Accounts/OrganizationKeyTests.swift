import Domain
import TestSupport
import Testing
import Wire

@Suite("API keys of an organization")
struct OrganizationKeyTests {
    private static let keys = "/api/account/v1/apikey/?organization=acme&limit=100"

    @Test("A server administrator lists all keys that can be used in an organization, sorted by account, newest first")
    func listed() async throws {
        try await TestServer.run { server in
            let backend = server.backend
            for name in ["acme", "others"] { try await backend.makeOrganization(name) }
            try await backend.makeMember("carol", .read)
            try await backend.makeRobot()
            var usable: [String] = []
            for (account, namespace, isUsable) in [
                ("carol", nil, true), ("carol", "acme", true), ("carol", "others", false), ("acme+ci", nil, true),
            ] as [(String, String?, Bool)] {
                let key = try await backend.makeKey(of: account, restriction: .init(namespace: namespace, to: []))
                if isUsable { usable.append(key.keyID) }
            }
            try await backend.makeAccount("stranger")
            let listed = try await server.list(Self.keys)
            let ids = listed.compactMap { $0["id"]?.text }
            let accounts = listed.compactMap { $0["account"]?.text }
            let secrets = listed.compactMap { $0["key"]?.text }
            #expect(Set(usable).isSubset(of: ids) && Set(ids).count == ids.count)
            #expect(ids.filter(usable.contains) == [usable[2], usable[1], usable[0]])
            #expect(accounts == ["acme+ci", "acme+ci", "admin", "carol", "carol", "carol"] && secrets.isEmpty)
            let carol = Authorization.bearer(try await backend.makeKey(of: "carol"))
            #expect(try await server.status("GET", Self.keys, as: carol) == 403)
            #expect(try await server.status("GET", Self.keys.replacing("acme", with: "nobody")) == 404)
            #expect(try await server.status("GET", Self.keys + "&account=carol") == 400)
        }
    }
}
