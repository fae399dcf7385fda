import Domain
import Naming
import Operations
import Storage
import TestSupport
import Testing

@Suite("Allowing a registry is recorded")
struct RegistryRecordTests {
    static let authority = "registry.example:5000"

    @Test("It is one action on the registry, by whom and from where")
    func recorded() async throws {
        let backend = try await TestBackend()
        let recorded = try await backend.configure(Self.authority, approved: true)
        let action = try #require(recorded.action)
        #expect(action.kind == .registryUpdate)
        #expect(action.object == .registry(try .init(parsing: Self.authority)))
        #expect(action.state == .success)
        #expect(action.namespace.description == "admin")
        #expect(action.origin == (try await backend.caller().origin))
        #expect(action.origin.isCall)
        #expect(try await backend.actions() == [action])
    }

    @Test("Where the action cannot be stored, the registry stays as it was")
    func unrecorded() async throws {
        let backend = try await TestBackend()
        let raw = try RawDatabase(backend)
        try raw.forbidActions()
        let before = try raw.everything()
        await #expect(throws: StoreError.self) { try await backend.configure(Self.authority, approved: true) }
        #expect(try raw.everything() == before)
    }

    @Test("What was refused is not recorded")
    func refused() async throws {
        let backend = try await TestBackend()
        await expectFault(400) { try await backend.configure(Self.authority, ca: "x") }
        #expect(try await backend.actions().isEmpty)
    }
}
