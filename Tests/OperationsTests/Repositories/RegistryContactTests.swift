import Domain
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("What contacts teach about a registry")
struct RegistryContactTests {
    @Test(
        "Of a registry on this machine nothing is known at first; of all others, that they speak TLS",
        arguments: [
            ("localhost:5000", nil), ("127.0.0.1:5000", nil), ("registry.example", true), ("registry.example:80", true),
            ("docker.io", true),
        ] as [(String, Bool?)])
    func first(authority: String, isSSL: Bool?) async throws {
        let backend = try await TestBackend()
        try await backend.register("\(authority)/team/image")
        #expect(backend.verifier.questions.map(\.isSSL) == [isSSL])
    }

    @Test("What the first contact has shown is told to the next, another repository's or an update", arguments: [true, false])
    func learned(isSSL: Bool) async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in Self.outcome(isSSL: isSSL) })
        try await backend.register("localhost:5000/team/image", "user", "secret")
        try await backend.register("localhost:5000/team/other")
        try await backend.update("localhost:5000/team/image", "user", "another")
        try await backend.register("localhost:5001/team/image")
        #expect(backend.verifier.questions.map(\.isSSL) == [nil, isSSL, isSSL, nil])
        #expect(try await backend.registry("localhost:5000").isSSL == isSSL)
    }

    @Test("A contact that shows nothing makes nothing forgotten")
    func remembered() async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in Self.outcome(isSSL: false) })
        try await backend.register("localhost:5000/team/image")
        backend.verifier.answer { _ in VerificationOutcome(verdict: .silent(reason: "no answer in time"), isSSL: nil) }
        try await backend.register("localhost:5000/team/other")
        try await backend.register("localhost:5000/team/third", verify: .no)
        #expect(try await backend.registry("localhost:5000").isSSL == false)
    }

    @Test(
        "A registry that was never asked stays unknown",
        arguments: [("localhost:5000", nil), ("registry.example", true)] as [(String, Bool?)])
    func unasked(authority: String, isSSL: Bool?) async throws {
        let backend = try await TestBackend()
        try await backend.register("\(authority)/team/image", verify: .no)
        #expect(backend.verifier.questions.isEmpty)
        #expect(try await backend.registry(authority).isSSL == isSSL)
    }

    private static func outcome(isSSL: Bool) -> VerificationOutcome {
        VerificationOutcome(verdict: .accepted(note: nil), isSSL: isSSL)
    }
}
