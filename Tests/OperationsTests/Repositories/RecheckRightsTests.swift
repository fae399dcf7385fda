import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import TestSupport
import Testing

@Suite("Who may have a repository verified again, and what is recorded of it")
struct RecheckRightsTests {
    static let name = "registry.example/team/image"

    @Test("It takes the right to write, in one's own namespace, and a repository that is there")
    func rights() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let before = try await backend.inspect(Self.name)
        let reader = try await backend.makeAccount("reader", scopes: Set(Scope.allCases).subtracting([.repositoryWrite]))
        let others = try await backend.makeAccount("others")
        let fault = await expectFault(403) { try await backend.verifyAgain(Self.name, by: reader) }
        #expect(fault?.message.contains("repository:write") == true)
        await expectFault(404) { try await backend.verifyAgain(Self.name, by: others) }
        await expectFault(404) {
            try await backend.backend.verifyAgain(
                RepositoryName(parsing: Self.name), push: false, in: NamespaceName(parsing: "admin"), by: backend.caller(others))
        }
        await expectFault(404) { try await backend.verifyAgain("registry.example/team/other") }
        #expect(backend.verifier.questions.count == 1)
        #expect(try await backend.inspect(Self.name) == before)
        #expect(try await backend.actions().count == 1)
    }

    @Test("It is one action, whatever comes of it")
    func recorded() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        for answer in [StubVerifier.accepting, .refusal, .refusal] {
            let before = try await backend.actions()
            let started = backend.clock.clock.now()
            backend.verifier.answer { _ in
                backend.clock.advance(by: 1.5)
                return answer
            }
            let action = try #require(try await backend.verifyAgain(Self.name).action)
            #expect(try await backend.actions() == [action] + before)
            #expect(action.kind == .repositoryVerify)
            #expect(action.object == .repository(try .init(parsing: Self.name)))
            #expect(action.started == started)
            #expect(action.ended == started.addingTimeInterval(1.5))
            #expect(action.origin == (try await backend.caller().origin))
        }
    }

    @Test("Where the action cannot be stored, the registry is not asked")
    func unrecorded() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let raw = try RawDatabase(backend)
        try raw.forbidActions()
        let before = try raw.everything()
        await #expect(throws: StoreError.self) { try await backend.verifyAgain(Self.name) }
        #expect(try raw.everything() == before)
        #expect(backend.verifier.questions.count == 1)
    }

    @Test("Where the action of a change cannot be stored, what was found out in the background is not, and it is tried again later")
    func unrecordedInTheBackground() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let repository = try await backend.inspect(Self.name)
        try RawDatabase(backend).forbidActions()
        backend.verifier.answer { _ in .refusal }
        await #expect(throws: StoreError.self) { try await backend.backend.verifyInTheBackground(repository) }
        var postponed = repository
        postponed.verification.due = backend.clock.clock.now() + 60
        postponed.verification.silences = 1
        #expect(try await backend.inspect(Self.name) == postponed)
        #expect(try await backend.actions().count == 1)
    }
}
