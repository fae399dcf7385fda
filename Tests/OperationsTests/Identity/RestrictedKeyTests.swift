import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Keys restricted to repositories")
struct RestrictedKeyTests {
    static let inside = ["a.example/team/one", "a.example/team/sub/two", "docker.io/library/ubuntu"]
    static let outside = ["a.example/team", "a.example/team2/one", "b.example/team/one", "docker.io/library/debian"]

    private func deployment() async throws -> (TestBackend, APIKeySecret) {
        let backend = try await TestBackend()
        for name in Self.inside + Self.outside { try await backend.register(name, "user", "secret") }
        return (backend, try await backend.makeKey(of: "admin", restriction: .init(to: ["a.example/team/*", "ubuntu"])))
    }

    @Test("Lists and totals contain only the allowed repositories, and the registries that can have them")
    func lists() async throws {
        let (backend, key) = try await deployment()
        let caller = try await backend.caller(key)
        let listing = try await backend.backend.listRepositories(in: nil, where: RepositoryFilter(), page: .everything(), by: caller)
        #expect(listing.items.map(\.name.description) == Self.inside)
        #expect(listing.total == 3)
        let filter = RepositoryFilter(namePrefix: "a.example/team", authority: try RegistryAuthority(parsing: "a.example"))
        let part = try await backend.backend.listRepositories(
            in: nil, where: filter, page: try #require(Page(limit: 1, offset: 1)), by: caller)
        #expect(part.items.map(\.name.description) == ["a.example/team/sub/two"])
        #expect(part.total == 2)
        let registries = try await backend.backend.listRegistries(in: nil, where: RegistryFilter(), page: .everything(), by: caller)
        #expect(registries.items.map(\.authority.description) == ["a.example", "docker.io"])
        #expect(registries.total == 2)
        await expectFault(404) { try await backend.registry("b.example", by: key) }
        #expect(try await backend.registry("a.example", by: key).authority.description == "a.example")
    }

    @Test("A restricted key allows all operations on its repositories")
    func allowed() async throws {
        let (backend, key) = try await deployment()
        for name in Self.inside {
            #expect(try await backend.inspect(name, by: key).name.description == name)
            try await backend.verifyAgain(name, by: key)
            try await backend.update(name, nil, "fresh", by: key)
            try await backend.remove(name, by: key)
            try await backend.register(name, by: key)
        }
    }

    @Test("Other repositories are forbidden with the same message whether they exist or not, without a request to a registry")
    func forbidden() async throws {
        let (backend, key) = try await deployment()
        let asked = backend.verifier.requests.count
        let before = try RawDatabase(backend).everything()
        for name in Self.outside + ["c.example/none", "a.example/teams/none"] {
            let faults = [
                await expectFault(403) { try await backend.inspect(name, by: key) },
                await expectFault(403) { try await backend.verifyAgain(name, by: key) },
                await expectFault(403) { try await backend.update(name, nil, "fresh", by: key) },
                await expectFault(403) { try await backend.update(name, by: key) },
                await expectFault(403) { try await backend.remove(name, by: key) },
                await expectFault(403) { try await backend.register(name, by: key) },
            ]
            #expect(
                Set(faults.map { $0?.message }) == [
                    "The API key is restricted to a.example/team/*, docker.io/library/ubuntu: use a key without this restriction"
                ])
        }
        #expect(backend.verifier.requests.count == asked)
        #expect(try RawDatabase(backend).everything() == before)
    }

    @Test("A restricted key cannot read actions or manage organizations and registries")
    func more() async throws {
        let (backend, key) = try await deployment()
        try await backend.makeOrganization()
        let id = try #require(try await backend.trail(of: "admin").first?.id)
        await expectFault(403) { try await backend.actions(by: key) }
        await expectFault(403) { try await backend.backend.inspectAction(id, in: nil, by: backend.caller(key)) }
        await expectFault(403) { try await backend.setMember("admin", to: .read, by: key) }
        await expectFault(403) { try await backend.createOrganization("new", by: key) }
        await expectFault(403) { try await backend.configure("a.example", approved: true, by: key) }
        await expectFault(403) { try await backend.backend.listOrganizations(after: nil, page: .everything(), by: backend.caller(key)) }
    }

    @Test("Registering a repository approves its registry only with an administrator's key that may administer")
    func approval() async throws {
        let backend = try await TestBackend()
        let keys = [
            (backend.key, true), (try await backend.makeAdministratorKey(scopes: [.repositoryWrite, .accountAdmin]), true),
            (try await backend.makeAdministratorKey(scopes: Set(Scope.allCases).subtracting([.accountAdmin])), false),
            (try await backend.makeKey(of: "admin", restriction: .init(namespace: "admin", to: [])), false),
            (try await backend.makeKey(of: "admin", restriction: .init(to: ["registry.local/*"])), false),
            (try await backend.makeAccount("carol"), false),
        ]
        for (number, (key, mayApprove)) in keys.enumerated() {
            try await backend.configure("registry.local", approved: false)
            try await backend.register("registry.local/image-\(number)", "user", "secret", by: key)
            try await backend.configure("registry.local", approved: false)
            try await backend.update("registry.local/image-\(number)", "user", "fresh", by: key)
            #expect(backend.verifier.requests.suffix(2).map(\.registry.trust.networks.isEmpty) == [!mayApprove, !mayApprove], "\(number)")
            #expect(try await backend.registry("registry.local").trust.networks.isEmpty == !mayApprove, "\(number)")
        }
    }
}
