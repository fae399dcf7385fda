import Domain
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("TLS detection of registries")
struct RegistryContactTests {
    @Test(
        "`isSSL` is initially unknown for a registry on this machine and true for all others",
        arguments: [
            ("localhost:5000", nil), ("127.0.0.1:5000", nil), ("registry.example", true), ("registry.example:80", true),
            ("docker.io", true),
        ] as [(String, Bool?)])
    func first(authority: String, isSSL: Bool?) async throws {
        let backend = try await TestBackend()
        try await backend.register("\(authority)/team/image")
        #expect(backend.verifier.requests.map(\.isSSL) == [isSSL])
    }

    @Test("The detected `isSSL` is used by later verifications, of other repositories and of updates", arguments: [true, false])
    func learned(isSSL: Bool) async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in Self.outcome(isSSL: isSSL) })
        try await backend.register("localhost:5000/team/image", "user", "secret")
        try await backend.register("localhost:5000/team/other")
        try await backend.update("localhost:5000/team/image", "user", "another")
        try await backend.register("localhost:5001/team/image")
        #expect(backend.verifier.requests.map(\.isSSL) == [nil, isSSL, isSSL, nil])
        #expect(try await backend.registry("localhost:5000").isSSL == isSSL)
    }

    @Test("An inconclusive verification does not remove the detected `isSSL`")
    func remembered() async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in Self.outcome(isSSL: false) })
        try await backend.register("localhost:5000/team/image")
        backend.verifier.answer { _ in VerificationOutcome(verdict: .inconclusive(reason: "no answer in time"), isSSL: nil) }
        try await backend.register("localhost:5000/team/other")
        try await backend.register("localhost:5000/team/third", verify: .no)
        #expect(try await backend.registry("localhost:5000").isSSL == false)
    }

    @Test(
        "`isSSL` keeps its initial value without a verification",
        arguments: [("localhost:5000", nil), ("registry.example", true)] as [(String, Bool?)])
    func unasked(authority: String, isSSL: Bool?) async throws {
        let backend = try await TestBackend()
        try await backend.register("\(authority)/team/image", verify: .no)
        #expect(backend.verifier.requests.isEmpty)
        #expect(try await backend.registry(authority).isSSL == isSSL)
    }

    private static func outcome(isSSL: Bool) -> VerificationOutcome {
        VerificationOutcome(verdict: .accepted(note: nil), isSSL: isSSL)
    }
}
