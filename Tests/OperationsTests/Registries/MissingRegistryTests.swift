import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Testing

@Suite("A registry whose row was deleted outside the server")
struct MissingRegistryTests {
    private static let image = "registry.example/team/image"

    @Test("No use, verification, registration or change takes the registry for a new one")
    func refused() async throws {
        let logged = Mutex<[RowName]>([])
        let backend = try await TestBackend(onUnverifiedRow: { row in logged.withLock { $0.append(row) } })
        try await backend.register(Self.image, "user", "secret")
        try await backend.register("other.example/team/image", "user", "secret")
        try RawDatabase(backend).run("DELETE FROM registries WHERE authority = 'registry.example'")
        let row = RowName(.registry, "registry.example")
        func expectRefusal<Value>(_ body: () async throws -> Value) async {
            await #expect(throws: StoreError.unverified(row)) { _ = try await body() }
        }
        await expectRefusal { try await backend.verifyAgain(Self.image) }
        await expectRefusal { try await backend.register("registry.example/team/second", "user", "secret") }
        await expectRefusal { try await backend.configure("registry.example", realm: "https://evil.example/token") }
        await expectRefusal { try await backend.registry("registry.example") }
        let caller = try await backend.caller()
        let name = try RepositoryName(parsing: Self.image)
        let found = try #require(try await backend.backend.checkUse(.pull, of: name, in: nil, by: caller).repository)
        await expectRefusal { try await backend.backend.openUpstream(of: found, by: caller) }
        #expect(logged.withLock(\.self) == [row])
        #expect(try RawDatabase(backend).text("SELECT authority FROM registries WHERE authority = 'registry.example'") == nil)
        try await backend.verifyAgain("other.example/team/image")
    }

    @Test("A registry without a row and without repositories is new")
    func new() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.image, "user", "secret")
        try await backend.remove(Self.image)
        try RawDatabase(backend).run("DELETE FROM registries")
        try await backend.register(Self.image, "user", "secret")
        #expect(try await backend.registry("registry.example").authority.description == "registry.example")
    }

    @Test("An examination lists the row, and signing it creates one without trust, which is recorded")
    func signed() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.image, "user", "secret")
        try RawDatabase(backend).run("DELETE FROM registries")
        let examination = ExamineRows(store: backend.store, deployment: backend.deployment, clock: backend.clock.clock)
        let found = try await examination.unverified()
        #expect(found.map(\.name) == [RowName(.registry, "registry.example")])
        #expect(found.first?.content?.contains("missing") == true)
        _ = try await examination.signAll()
        #expect(try await examination.unverified().count == 1)
        await #expect(throws: StoreError.stale) { try await examination.sign(RowName(.registry, "nobody.example")) }
        try await examination.sign(RowName(.registry, "registry.example"))
        #expect(try await examination.unverified().isEmpty)
        let registry = try await backend.registry("registry.example")
        #expect(registry.isSSL == true && registry.trust == RegistryTrust() && !registry.isReached)
        let action = try #require(try await backend.trail(of: "admin").first { $0.object == .row("registry:registry.example") })
        #expect(action.kind == .rowSign && action.origin.isUserAction)
    }
}
