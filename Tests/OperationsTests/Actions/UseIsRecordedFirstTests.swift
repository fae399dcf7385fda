import Domain
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

/// A credential, stored or from the request, is used only if its use can be recorded.
@Suite("Recording before a credential is used")
struct UseIsRecordedFirstTests {
    static let name = "registry.example/team/image"

    enum Use: String, CaseIterable, Sendable {
        case register, update, updateUsername, updatePassword, verifyAgain, inTheBackground

        func perform(on backend: TestBackend) async throws {
            switch self {
            case .register: try await backend.register("registry.example/team/other", "user", "secret")
            case .update: try await backend.update(name, "new", "fresh")
            case .verifyAgain: try await backend.verifyAgain(name)
            case .updateUsername: try await backend.update(name, "new", nil)
            case .updatePassword: try await backend.update(name, nil, "fresh")
            case .inTheBackground: try await backend.backend.verifyInTheBackground(backend.inspect(name))
            }
        }
    }

    @Test("Nothing is sent to the registry while the store cannot be written", arguments: Use.allCases)
    func unwritable(use: Use) async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        try await backend.register(Self.name, "user", "secret")
        let asked = backend.verifier.requests.count
        let before = try RawDatabase(backend).everything()
        store.behave(SlowStore.Behavior(failure: .unavailable("the disk is full"), canBeRead: true))
        await #expect(throws: StoreError.unavailable("the disk is full")) { try await use.perform(on: backend) }
        #expect(backend.verifier.requests.count == asked)
        #expect(try RawDatabase(backend).everything() == before)
        store.behave(SlowStore.Behavior())
        try await use.perform(on: backend)
        #expect(backend.verifier.requests.count == asked + 1, "only the store prevented the request")
    }

    @Test(
        "No credential is sent on request while actions cannot be stored",
        arguments: Use.allCases.filter { $0 != .inTheBackground })
    func unrecordable(use: Use) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try RawDatabase(backend).forbidActions()
        await #expect(throws: StoreError.self) { try await use.perform(on: backend) }
        #expect(backend.verifier.requests.count == 1)
    }

    @Test(
        "The use of a credential, or a later due date for background checks, is stored before the request to the registry",
        arguments: Use.allCases
    )
    func order(use: Use) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let due = try await backend.inspect(Self.name).verification.due
        backend.clock.advance(by: 6 * 60 * 60)
        backend.verifier.answer { _ in
            do {
                let states = try await backend.trail(of: "admin").map(\.state)
                #expect(states == (use == .inTheBackground ? [.success] : [.inProgress, .success]))
                let isPostponed = try await backend.inspect(Self.name).verification.due != due
                #expect(isPostponed == (use == .inTheBackground))
            } catch {
                Issue.record(error)
            }
            return StubVerifier.accepting
        }
        try await use.perform(on: backend)
        #expect(backend.verifier.requests.count == 2)
        #expect(try await backend.trail(of: "admin").allSatisfy { $0.state == .success }, "and it comes to its end")
        #expect(try await backend.trail(of: "admin").count == (use == .inTheBackground ? 1 : 2))
    }
}
