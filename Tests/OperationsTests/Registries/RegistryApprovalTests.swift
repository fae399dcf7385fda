import Domain
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Approval by use")
struct RegistryApprovalTests {
    static let authority = "registry.local:5000"
    static let name = "\(authority)/team/image"

    @Test("An administrator who uses a registry approves it: for that verification, and for later ones")
    func approved() async throws {
        let backend = try await TestBackend()
        let others = try await backend.makeAccount("others")
        try await backend.register(Self.name)
        try await backend.register(Self.name, by: others)
        #expect(backend.verifier.questions.map(\.registry.trust.isApproved) == [true, true])
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust(isApproved: true))
    }

    @Test("So does one who updates, and one whose repository is not verified")
    func byUpdate() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, verify: .no)
        #expect(try await backend.registry(Self.authority).trust.isApproved)
        try await backend.configure(Self.authority, approved: false)
        try await backend.update(Self.name, "user", "secret")
        #expect(backend.verifier.questions.map(\.registry.trust.isApproved) == [true])
        #expect(try await backend.registry(Self.authority).trust.isApproved)
    }

    @Test("Where nothing is stored, no approval is", arguments: ["refused", "forbidden"])
    func refused(kind: String) async throws {
        let backend = try await TestBackend()
        backend.verifier.answer { _ in
            VerificationOutcome(verdict: kind == "refused" ? .refused(reason: "no") : .forbidden(reason: "no"), realm: "https://r/")
        }
        let before = try RawDatabase(backend).everything(but: RawDatabase.trail)
        let fault = await expectFault(400) { try await backend.register(Self.name, "user", "secret") }
        #expect(fault?.message.hasSuffix(": no") == true)
        #expect(backend.verifier.questions.map(\.registry.trust.isApproved) == [true])
        #expect(try RawDatabase(backend).everything(but: RawDatabase.trail) == before)
        await expectFault(404) { try await backend.registry(Self.authority) }
    }

    @Test("Everybody else approves nothing, and takes nothing back")
    func others() async throws {
        let backend = try await TestBackend()
        let others = try await backend.makeAccount("others")
        try await backend.register(Self.name, by: others)
        try await backend.update(Self.name, "user", "secret", by: others)
        #expect(backend.verifier.questions.map(\.registry.trust.isApproved) == [false, false])
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust())
        try await backend.configure(Self.authority, approved: true)
        try await backend.update(Self.name, "user", "other", by: others)
        #expect(backend.verifier.questions.last?.registry.trust.isApproved == true)
        #expect(try await backend.registry(Self.authority).trust.isApproved)
    }

    @Test("Asking again, or the server's own asking, approves nothing")
    func rechecks() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name)
        try await backend.configure(Self.authority, approved: false)
        try await backend.verifyAgain(Self.name)
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(backend.verifier.questions.map(\.registry.trust.isApproved) == [true, false, false])
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust())
    }

    @Test("What is allowed outlives the repositories, and tells the next one")
    func survives() async throws {
        let backend = try await TestBackend()
        try await backend.configure(Self.authority, plain: true, ca: SamplePEM.authority, realm: "https://auth.example/token")
        try await backend.register(Self.name)
        let before = try await backend.registry(Self.authority)
        try await backend.remove(Self.name)
        #expect(try await backend.registry(Self.authority) == before)
        try await backend.register(Self.name, by: backend.makeAccount("others"))
        #expect(backend.verifier.questions.last?.registry.trust == before.trust)
    }
}
