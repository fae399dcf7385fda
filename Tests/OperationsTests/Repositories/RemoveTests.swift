import Domain
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite("Removing a repository")
struct RemoveTests {
    static let name = "registry.example/team/image"

    @Test("Removing a repository removes it, its credential and its list entries, and nothing else")
    func removed() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try await backend.register("other.example/team/image", "user", "kept")
        try await backend.remove(Self.name)
        let raw = try RawDatabase(backend)
        for table in ["repositories", "credentials", "credential_secrets"] { #expect(try raw.count(table) == 1, "\(table)") }
        await expectFault(404) { try await backend.inspect(Self.name) }
        let listing = try await backend.backend.listRepositories(
            in: nil, where: RepositoryFilter(), page: .everything(), by: backend.caller())
        #expect(listing.items.map(\.name.description) == ["other.example/team/image"])
        #expect(listing.total == 1)
        let registries = try await backend.backend.listRegistries(
            in: nil, where: RegistryFilter(), page: .everything(), by: backend.caller())
        #expect(registries.items.map(\.authority.description) == ["other.example"])
        #expect(registries.total == 1)
        #expect(try await backend.sealedLogin("other.example/team/image") == Login("user", "kept"))
    }

    @Test("Removing a repository twice is not found")
    func twice() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try await backend.remove(Self.name)
        await expectFault(404) { try await backend.remove(Self.name) }
        #expect(try await backend.actions().count == 2)
    }

    @Test("A repository of the same name in another namespace stays")
    func others() async throws {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("others")
        try await backend.register(Self.name, "user", "mine")
        await expectFault(404) { try await backend.remove(Self.name, by: key) }
        try await backend.register(Self.name, "user", "theirs", by: key)
        try await backend.remove(Self.name, by: key)
        #expect(try await backend.sealedLogin(Self.name) == Login("user", "mine"))
    }

    @Test("Removal sends no request to the registry, which may be gone")
    func unasked() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try await backend.remove(Self.name)
        #expect(backend.verifier.requests.count == 1)
    }

    @Test("Exactly one of ten concurrent removals succeeds")
    func concurrent() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let removals = await withTaskGroup { group in
            for _ in 0..<10 { group.addTask { (try? await backend.remove(Self.name)) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(removals == 1)
        #expect(try await backend.actions().map(\.kind) == [.repositoryDelete, .repositoryCreate])
    }
}
