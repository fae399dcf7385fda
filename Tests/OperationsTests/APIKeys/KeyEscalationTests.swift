import Domain
import Naming
import Operations
import TestSupport
import TestValues
import Testing

@Suite("A key never creates a key with more rights than its own")
struct KeyEscalationTests {
    @Test("A key creates keys only with subsets of its own scopes", arguments: 0..<3)
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

    @Test("The error names exactly the missing scopes")
    func named() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAdministratorKey(scopes: [.accountAdmin, .pull])
        let fault = await expectFault(403) { try await backend.createKey(scopes: [.pull, .push, .auditRead], by: key) }
        #expect(fault?.message == "The calling API key lacks these requested scopes: audit:read, push")
        await expectFault(403, "the default is more than it has") { try await backend.createKey(by: key) }
    }

    @Test("A restricted key cannot create, list or revoke keys, not even with the same restriction")
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
            await expectFault(403) {
                try await backend.backend.listAPIKeys(of: nil, after: nil, page: .everything(), by: backend.caller(key))
            }
            await expectFault(403) { try await backend.backend.inspectAPIKey(key.keyID, by: backend.caller(key)) }
            await expectFault(403) { try await backend.revoke(other.keyID, by: key) }
        }
        #expect(await backend.isAlive(other))
    }

    @Test("The rights of a key depend on its own account, not on the account that created it")
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
