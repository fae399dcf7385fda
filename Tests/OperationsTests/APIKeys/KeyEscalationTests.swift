import Domain
import Naming
import Operations
import TestSupport
import TestValues
import Testing

@Suite("A key never makes one that may do more than itself")
struct KeyEscalationTests {
    @Test("Whatever scopes a key has and the new one is to have, it makes one with those or none at all", arguments: 0..<3)
    func scopes(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let backend = try await TestBackend()
        var (made, refused) = (0, 0)
        for _ in 0..<40 {
            var own = Self.randomScopes(using: &generator)
            if Int.random(in: 0..<4, using: &generator) > 0 { own.insert(.accountAdmin) }
            let asked =
                Bool.random(using: &generator)
                ? own.filter { _ in Bool.random(using: &generator) } : Self.randomScopes(using: &generator)
            let key = try await backend.makeAdministratorKey(scopes: own)
            let isRight = own.contains(.accountAdmin) && !asked.isEmpty && asked.isSubset(of: own)
            do {
                let new = try await backend.createKey(scopes: asked, by: key).value
                #expect(isRight, "\(own) made \(asked)")
                #expect(new.key.scopes == asked)
                #expect(try await backend.caller(new.secret).identity.scopes == asked)
                made += 1
            } catch let fault as RequestError {
                #expect(!isRight, "\(own) did not make \(asked)")
                #expect(own.contains(.accountAdmin) && asked.isEmpty ? fault.status == 400 : fault.status == 403)
                refused += 1
            }
        }
        #expect(made > 5 && refused > 5, "\(made) and \(refused)")
    }

    @Test("The scopes that are lacking are named, and no others")
    func named() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAdministratorKey(scopes: [.accountAdmin, .pull])
        let fault = await expectFault(403) { try await backend.createKey(scopes: [.pull, .push, .auditRead], by: key) }
        #expect(fault?.message == "The API key of this call lacks what the new one is to have: audit:read, push")
        await expectFault(403, "the default is more than it has") { try await backend.createKey(by: key) }
    }

    @Test("A key that is restricted to anything makes none, lists none and revokes none, not even of the same kind")
    func restricted() async throws {
        let backend = try await TestBackend()
        let other = try await backend.makeKey(of: "admin")
        for restriction in [
            try APIKey.Restriction(namespace: "admin", to: []), try APIKey.Restriction(to: ["a.example/*"]),
            try APIKey.Restriction(namespace: "admin", to: ["a.example/*"]),
        ] {
            let key = try await backend.makeKey(of: "admin", restriction: restriction)
            for wanted in [restriction, APIKey.Restriction()] {
                await expectFault(403) { try await backend.createKey(restriction: wanted, by: key) }
            }
            await expectFault(403) { try await backend.backend.listAPIKeys(of: nil, page: .everything(), by: backend.caller(key)) }
            await expectFault(403) { try await backend.backend.inspectAPIKey(key.keyID, by: backend.caller(key)) }
            await expectFault(403) { try await backend.revoke(other.keyID, by: key) }
        }
        #expect(await backend.isAlive(other))
    }

    @Test("A key that was made for an account may do what that account may, whatever the maker may")
    func account() async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        try await backend.createRobot("ci", .read)
        let robot = try await backend.createKey(for: "acme+ci", scopes: Set(Scope.allCases)).value.secret
        await expectFault(403) { try await backend.register("registry.example/a", by: robot) }
        await expectFault(403) { try await backend.createRobot("more", by: robot) }
        await expectFault(403) { try await backend.createUser("carol", by: robot) }
        let caller = try await backend.caller(robot)
        #expect(try await backend.backend.listRepositories(in: nil, where: RepositoryFilter(), page: .everything(), by: caller).total == 0)
    }

    private static func randomScopes(using generator: inout SeededGenerator) -> Set<Scope> {
        Set(Scope.allCases.filter { _ in Bool.random(using: &generator) })
    }
}
