import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import TestSupport
import Testing

@Suite("Recording changes")
struct RecordTests {
    static let name = "registry.example/team/image"

    /// The changes, each with a deployment where it is possible.
    enum Change: String, CaseIterable, Sendable {
        case register, registerPublic, update, publish, remove

        var kind: Action.Kind {
            switch self {
            case .register, .registerPublic: .repositoryCreate
            case .update, .publish: .repositoryUpdate
            case .remove: .repositoryDelete
            }
        }

        func prepare(_ backend: TestBackend) async throws {
            if kind != .repositoryCreate { try await backend.register(name, "user", "secret") }
        }

        func make(_ backend: TestBackend) async throws -> Action? {
            switch self {
            case .register: try await backend.register(name, "user", "secret").action
            case .registerPublic: try await backend.register(name).action
            case .update: try await backend.update(name, "user", "another").action
            case .publish: try await backend.update(name, "", "").action
            case .remove: try await backend.remove(name).action
            }
        }
    }

    @Test("A change is exactly one action, with its kind, object, dates and origin", arguments: Change.allCases)
    func recorded(change: Change) async throws {
        let verifier = StubVerifier()
        let backend = try await TestBackend(verifier: verifier)
        try await change.prepare(backend)
        let before = try await backend.actions()
        let started = backend.clock.clock.now()
        verifier.answer { _ in
            backend.clock.advance(by: 1.5)
            return StubVerifier.accepting
        }
        let action = try #require(try await change.make(backend))
        #expect(try await backend.actions() == [action] + before)
        #expect(action.kind == change.kind)
        #expect(action.namespace.description == "admin")
        #expect(action.object == .repository(try .init(parsing: Self.name)))
        #expect(action.state == .success)
        #expect(action.started == started)
        #expect(action.ended == (change == .remove ? started : started.addingTimeInterval(1.5)))
        #expect(action.origin == (try await backend.caller().origin))
        #expect(action.origin.keyID == backend.key.keyID)
        #expect(try await backend.backend.inspectAction(action.id, in: nil, by: backend.caller()) == action)
    }

    @Test("If the action cannot be stored, nothing is", arguments: Change.allCases)
    func unrecorded(change: Change) async throws {
        let backend = try await TestBackend()
        try await change.prepare(backend)
        let raw = try RawDatabase(backend)
        try raw.forbidActions()
        let before = try raw.everything()
        await #expect(throws: StoreError.self) { _ = try await change.make(backend) }
        #expect(try raw.everything() == before)
    }

    @Test(
        "If the store fails during the request to the registry, nothing is changed",
        arguments: Change.allCases.filter { $0 != .remove })
    func unavailable(change: Change) async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        try await change.prepare(backend)
        let raw = try RawDatabase(backend)
        let before = try raw.everything(but: RawDatabase.trail)
        backend.verifier.answer { _ in
            store.behave(SlowStore.Behavior(failure: .unavailable("disk")))
            return StubVerifier.accepting
        }
        await #expect(throws: StoreError.unavailable("disk")) { _ = try await change.make(backend) }
        #expect(try raw.everything(but: RawDatabase.trail) == before)
    }

    @Test("A refused change is not recorded")
    func refused() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let reader = try await backend.makeAccount("reader", scopes: [.repositoryRead])
        let before = try await backend.actions()
        await expectFault(409) { try await backend.register(Self.name) }
        await expectFault(404) { try await backend.remove("registry.example/team/other") }
        await expectFault(403) { try await backend.register(Self.name, by: reader) }
        await expectFault(403) { try await backend.update(Self.name, "user", "another", by: reader) }
        await expectFault(403) { try await backend.remove(Self.name, by: reader) }
        #expect(try await backend.actions() == before)
        #expect(try RawDatabase(backend).count("actions") == before.count)
    }
}
