import Domain
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Updating a repository")
struct UpdateTests {
    static let name = "registry.example/team/image"

    @Test(
        "A member that the request brings is new, one that it does not bring stays",
        arguments: [
            ("new", "fresh", Login("new", "fresh")), ("new", nil, Login("new", "secret")), (nil, "fresh", Login("user", "fresh")),
        ] as [(String?, String?, Login)])
    func members(username: String?, password: String?, expected: Login) async throws {
        let backend = try await registered()
        let created = try await backend.inspect(Self.name)
        backend.clock.advance(by: 60)
        let updated = try await backend.update(Self.name, username, password).value
        #expect(backend.verifier.questions.last?.credential.map(Login.init) == expected)
        #expect(updated.credential == created.credential.map { CredentialReference(id: $0.id, version: 2) })
        #expect(updated.created == created.created)
        #expect(updated.modified == backend.clock.clock.now())
        #expect(try await backend.inspect(Self.name) == updated)
        #expect(try await backend.sealedLogin(Self.name) == expected)
    }

    @Test("Every update makes the version grow by one, and one sealed version is kept")
    func versions() async throws {
        let backend = try await registered()
        for version in 2...5 {
            #expect(try await backend.update(Self.name, nil, "secret\(version)").value.credential?.version == version)
        }
        let raw = try RawDatabase(backend)
        #expect(try raw.count("credential_secrets") == 1)
        #expect(try raw.text("SELECT version FROM credential_secrets") == "5")
        #expect(try await backend.sealedLogin(Self.name) == Login("user", "secret5"))
    }

    @Test("A request that brings neither changes nothing, asks nobody and is no action")
    func neither() async throws {
        let backend = try await registered()
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        backend.clock.advance(by: 60)
        let recorded = try await backend.update(Self.name)
        #expect(recorded.action == nil)
        #expect(try await backend.inspect(Self.name) == recorded.value)
        #expect(try raw.everything() == before)
        #expect(backend.verifier.questions.count == 1)
    }

    @Test("Both empty make the repository public, and the sealed credential is gone")
    func publish() async throws {
        let backend = try await registered()
        let updated = try await backend.update(Self.name, "", "").value
        let raw = try RawDatabase(backend)
        #expect(updated.credential == nil)
        #expect(backend.verifier.questions.last?.credential == nil)
        #expect(try raw.count("credentials") == 0)
        #expect(try raw.count("credential_secrets") == 0)
        #expect(try await backend.update(Self.name, "new", "fresh").value.credential?.version == 1)
        #expect(try await backend.sealedLogin(Self.name) == Login("new", "fresh"))
    }

    @Test(
        "One empty member is neither a credential nor a public repository",
        arguments: [("", nil), (nil, ""), ("", "s"), ("u", "")] as [(String?, String?)])
    func halfEmpty(username: String?, password: String?) async throws {
        try await expectUnchanged(400) { try await $0.update(Self.name, username, password) }
    }

    @Test("A public repository cannot be given one member", arguments: [("user", nil), (nil, "secret")] as [(String?, String?)])
    func halfOfNothing(username: String?, password: String?) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name)
        await expectFault(400) { try await backend.update(Self.name, username, password) }
        #expect(try await backend.inspect(Self.name).credential == nil)
    }

    @Test("A repository cannot be renamed, whatever else the request brings; its own name is no new one")
    func renaming() async throws {
        try await expectUnchanged(400) { try await $0.update(Self.name, "new", "fresh", newName: "registry.example/team/other") }
        try await expectUnchanged(400) { try await $0.update(Self.name, newName: "evil.example/team/image") }
        let backend = try await registered()
        #expect(try await backend.update(Self.name, nil, "fresh", newName: "REGISTRY.example/team/image").value.credential?.version == 2)
    }

    @Test("What is not there, or is somebody else's, is not found")
    func unknown() async throws {
        try await expectUnchanged(404) { try await $0.update("registry.example/team/other", "new", "fresh") }
        try await expectUnchanged(404) { try await $0.update(Self.name, "new", "fresh", by: $0.makeAccount("others")) }
    }

    @Test(
        "What the registry refuses leaves credential, version, dates and state as they were",
        arguments: [("new", nil), (nil, "fresh"), ("new", "fresh"), ("", "")] as [(String?, String?)])
    func refused(username: String?, password: String?) async throws {
        let backend = try await registered()
        let raw = try RawDatabase(backend)
        let before = try raw.everything(but: RawDatabase.trail)
        backend.clock.advance(by: 60)
        backend.verifier.answer { _ in .refusal }
        let fault = await expectFault(400) { try await backend.update(Self.name, username, password) }
        #expect(fault?.message.contains("UNAUTHORIZED") == true)
        #expect(try raw.everything(but: RawDatabase.trail) == before)
        let usesCredential = username != ""
        #expect(try await backend.actions().map(\.state) == (usesCredential ? [.inProgress, .success] : [.success]))
        #expect(try await backend.sealedLogin(Self.name) == Login("user", "secret"))
    }

    private func registered() async throws -> TestBackend {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        return backend
    }

    /// Accounts may have been added meanwhile; nothing else may differ, and the registry was not asked again.
    private func expectUnchanged(_ status: Int, _ body: (TestBackend) async throws -> Recorded<Repository>) async throws {
        let backend = try await registered()
        let before = try await backend.inspect(Self.name)
        await expectFault(status) { try await body(backend) }
        #expect(try await backend.inspect(Self.name) == before)
        #expect(try await backend.actions().count == 1)
        #expect(backend.verifier.questions.count == 1)
    }
}
