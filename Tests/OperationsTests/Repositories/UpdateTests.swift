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
        "An update replaces the members in the request and leaves the others unchanged",
        arguments: [
            ("new", "fresh", Login("new", "fresh")), ("new", nil, Login("new", "secret")), (nil, "fresh", Login("user", "fresh")),
        ] as [(String?, String?, Login)])
    func members(username: String?, password: String?, expected: Login) async throws {
        let backend = try await registered()
        let created = try await backend.inspect(Self.name)
        backend.clock.advance(by: 60)
        let updated = try await backend.update(Self.name, username, password).value
        #expect(backend.verifier.requests.last?.credential.map(Login.init) == expected)
        #expect(updated.credential == created.credential.map { CredentialReference(id: $0.id, version: 2) })
        #expect(updated.created == created.created)
        #expect(updated.modified == backend.clock.clock.now())
        #expect(try await backend.inspect(Self.name) == updated)
        #expect(try await backend.sealedLogin(Self.name) == expected)
    }

    @Test("Every update increments the version, and one sealed version is stored")
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

    @Test("A request without members changes nothing, sends nothing and is not recorded")
    func neither() async throws {
        let backend = try await registered()
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        backend.clock.advance(by: 60)
        let recorded = try await backend.update(Self.name)
        #expect(recorded.action == nil)
        #expect(try await backend.inspect(Self.name) == recorded.value)
        #expect(try raw.everything() == before)
        #expect(backend.verifier.requests.count == 1)
    }

    @Test("Two empty members make the repository public and delete the sealed credential")
    func publish() async throws {
        let backend = try await registered()
        let updated = try await backend.update(Self.name, "", "").value
        let raw = try RawDatabase(backend)
        #expect(updated.credential == nil)
        #expect(backend.verifier.requests.last?.credential == nil)
        #expect(try raw.count("credentials") == 0)
        #expect(try raw.count("credential_secrets") == 0)
        #expect(try await backend.update(Self.name, "new", "fresh").value.credential?.version == 1)
        #expect(try await backend.sealedLogin(Self.name) == Login("new", "fresh"))
    }

    @Test(
        "A single empty member is refused",
        arguments: [("", nil), (nil, ""), ("", "s"), ("u", "")] as [(String?, String?)])
    func halfEmpty(username: String?, password: String?) async throws {
        try await expectUnchanged(400) { try await $0.update(Self.name, username, password) }
    }

    @Test("A public repository requires both members", arguments: [("user", nil), (nil, "secret")] as [(String?, String?)])
    func halfOfNothing(username: String?, password: String?) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name)
        await expectFault(400) { try await backend.update(Self.name, username, password) }
        #expect(try await backend.inspect(Self.name).credential == nil)
    }

    @Test("A repository cannot be renamed; its own name in the request is accepted")
    func renaming() async throws {
        try await expectUnchanged(400) { try await $0.update(Self.name, "new", "fresh", newName: "registry.example/team/other") }
        try await expectUnchanged(400) { try await $0.update(Self.name, newName: "evil.example/team/image") }
        let backend = try await registered()
        #expect(try await backend.update(Self.name, nil, "fresh", newName: "REGISTRY.example/team/image").value.credential?.version == 2)
    }

    @Test("A repository that does not exist, or of another namespace, is not found")
    func unknown() async throws {
        try await expectUnchanged(404) { try await $0.update("registry.example/team/other", "new", "fresh") }
        try await expectUnchanged(404) { try await $0.update(Self.name, "new", "fresh", by: $0.makeAccount("others")) }
    }

    @Test(
        "A credential that the registry refuses leaves credential, version, dates and state unchanged",
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

    /// Accounts may have been added; nothing else may differ, and no request was sent to the registry.
    private func expectUnchanged(_ status: Int, _ body: (TestBackend) async throws -> Recorded<Repository>) async throws {
        let backend = try await registered()
        let before = try await backend.inspect(Self.name)
        await expectFault(status) { try await body(backend) }
        #expect(try await backend.inspect(Self.name) == before)
        #expect(try await backend.actions().count == 1)
        #expect(backend.verifier.requests.count == 1)
    }
}
