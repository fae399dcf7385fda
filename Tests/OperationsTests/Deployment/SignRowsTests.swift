import Domain
import Operations
import Sealing
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Signing the rows of an earlier version")
struct SignRowsTests {
    static let tables = ["accounts", "api_keys", "memberships", "registries", "repositories"]

    @Test("The first start signs all rows, and says so in the sealed deployment row")
    func signsOnce() async throws {
        let (backend, raw) = try await Self.earlierVersion()
        let before = try raw.bytes("SELECT secret FROM deployment")
        _ = try await Self.open(backend)
        #expect(try raw.bytes("SELECT secret FROM deployment") != before)
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) } == [])
        for table in Self.tables {
            #expect(try raw.text("SELECT id FROM deployment WHERE EXISTS (SELECT 1 FROM \(table) WHERE code IS NULL)") == nil)
        }
        let again = try raw.everything()
        _ = try await Self.open(backend)
        #expect(try raw.everything() == again)
    }

    @Test("Afterwards a row without a code is refused, and no start signs it", arguments: tables)
    func refusesMissingCodes(_ table: String) async throws {
        let (backend, raw) = try await Self.earlierVersion()
        _ = try await Self.open(backend)
        let changed = try raw.run("UPDATE \(table) SET code = NULL")
        _ = try await Self.open(backend)
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) }.count == changed)
    }

    @Test("A deployment row of before the signing does not open beside signed rows")
    func refusesOlderDeploymentRow() async throws {
        let (backend, raw) = try await Self.earlierVersion()
        let older = try #require(try raw.bytes("SELECT secret FROM deployment"))
        _ = try await Self.open(backend)
        try raw.run("UPDATE accounts SET is_administrator = 1, code = NULL WHERE name = 'carol'")
        try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(older))")
        await #expect(throws: OpenedDeployment.OpeningError.olderDeploymentRow) { try await Self.open(backend) }
        #expect(try await backend.store.read { try $0.unverifiedRows(limit: 9) }.count == 1)
    }

    @Test("A first start needs no signing: there is never a deployment row without the mark")
    func firstStart() async throws {
        let backend = try await TestBackend()
        let envelope = try #require(try await backend.store.read { try $0.deployment() }).secretEnvelope
        _ = try await Self.open(backend)
        #expect(try await backend.store.read { try $0.deployment() }?.secretEnvelope == envelope)
    }

    private static func open(_ backend: TestBackend) async throws -> OpenedDeployment {
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        return try await OpenedDeployment(deployment, in: backend.store, ring: backend.ring)
    }

    /// A deployment with all kinds of rows as a version left it that did not sign them.
    static func earlierVersion() async throws -> (TestBackend, RawDatabase) {
        let backend = try await TestBackend()
        try await backend.register("registry.example/team/image", "user", "secret")
        try await backend.makeOrganization()
        try await backend.makeMember("carol", .read)
        let raw = try RawDatabase(backend)
        for table in tables { try raw.run("UPDATE \(table) SET code = NULL") }
        let deployment = try #require(try await backend.store.read { try $0.deployment() })
        let destination = SealingContext.deploymentSecret(row: deployment.id, version: 1)
        let sealer = backend.deployment.sealer
        let content = try sealer.open(Envelope(parsing: deployment.secretEnvelope), for: destination)
        let earlier = try sealer.seal(Array(content[1..<33]), for: destination)
        try raw.run("UPDATE deployment SET secret = \(RawDatabase.literal(earlier.bytes))")
        return (backend, raw)
    }
}
