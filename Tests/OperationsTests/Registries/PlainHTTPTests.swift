import Domain
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Whether a registry speaks TLS, as an administrator has it")
struct PlainHTTPTests {
    @Test(
        "It follows what is allowed; what is taken back is as it was at the first contact",
        arguments: [("registry.example", true), ("localhost:5000", nil)] as [(String, Bool?)])
    func follows(authority: String, first: Bool?) async throws {
        let backend = try await TestBackend()
        #expect(try await backend.configure(authority, approved: true).value.isSSL == first)
        #expect(try await backend.configure(authority, plain: true).value.isSSL == false)
        #expect(try await backend.configure(authority, approved: false).value.isSSL == false)
        #expect(try await backend.configure(authority, plain: false).value.isSSL == first)
    }

    @Test("A registry that was found to speak TLS is not unlearned by what was never allowed", arguments: [true, false])
    func learned(isSSL: Bool) async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in VerificationOutcome(verdict: .absent, isSSL: isSSL) })
        try await backend.register("localhost:5000/team/image")
        #expect(try await backend.configure("localhost:5000", approved: false, plain: false, ca: "", realm: "").value.isSSL == isSSL)
    }

    @Test("The next verification is told")
    func told() async throws {
        let backend = try await TestBackend()
        try await backend.configure("registry.example", plain: true)
        try await backend.register("registry.example/team/image")
        let question = try #require(backend.verifier.questions.last)
        #expect(question.registry.trust == RegistryTrust(isPlainHTTP: true))
        #expect(question.isSSL == false)
    }
}
