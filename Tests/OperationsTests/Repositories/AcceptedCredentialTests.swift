import Domain
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Accepted credentials")
struct AcceptedCredentialTests {
    static let name = "registry.example/team/image"

    struct Row: Sendable, CustomTestStringConvertible {
        let verdict: VerificationOutcome.Verdict
        /// nil if it is unchanged.
        var isAccepted: Bool?

        var testDescription: String { "\(verdict)" }

        static let all = [
            Row(verdict: .accepted(note: nil), isAccepted: true), Row(verdict: .accepted(note: "it asked for nothing"), isAccepted: true),
            Row(verdict: .absent, isAccepted: true), Row(verdict: .refused(reason: "no"), isAccepted: false),
            Row(verdict: .forbidden(reason: "private network"), isAccepted: false), Row(verdict: .inconclusive(reason: "no answer")),
            Row(verdict: .unknownHost(reason: "no such host name")), Row(verdict: .unsupported(reason: "NTLM")), Row(verdict: .reachable),
            Row(verdict: .denied(reason: "not this repository")),
        ]
    }

    @Test("`isAccepted` changes only if the registry accepts or refuses the credential", arguments: Row.all, [true, false])
    func verified(row: Row, before: Bool) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try await backend.setVerification(Self.name) { $0.isAccepted = before }
        backend.verifier.answer { _ in VerificationOutcome(verdict: row.verdict) }
        #expect(try await backend.verifyAgain(Self.name).value.verification.isAccepted == row.isAccepted ?? before)
        try await backend.setVerification(Self.name) { $0.isAccepted = before }
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(try await backend.inspect(Self.name).verification.isAccepted == row.isAccepted ?? before)
    }

    @Test("A limit of the server leaves `isAccepted` unchanged", arguments: [true, false])
    func limited(before: Bool) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try await backend.setVerification(Self.name) { $0.isAccepted = before }
        backend.verifier.answer { _ in VerificationOutcome(verdict: .limited(LimitReached(.logins, of: .account, retryAfter: 5))) }
        await expectFault(503) { try await backend.verifyAgain(Self.name) }
        #expect(try await backend.inspect(Self.name).verification.isAccepted == before)
    }

    private static let storing = Row.all.filter { row in
        if case .denied = row.verdict { false } else { row.isAccepted != false }
    }

    @Test("An update determines `isAccepted` for the new credential", arguments: storing, [true, false])
    func updated(row: Row, before: Bool) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try await backend.setVerification(Self.name) { $0.isAccepted = before }
        backend.verifier.answer { _ in VerificationOutcome(verdict: row.verdict) }
        let updated = try await backend.update(Self.name, "user", "other").value
        #expect(updated.verification.isAccepted == (row.isAccepted ?? false))
        try await backend.update(Self.name, "user", "third", verify: .no)
        #expect(try await backend.inspect(Self.name).verification.isAccepted == false)
    }

    @Test("A refused update leaves the accepted credential accepted")
    func refusedUpdate() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        backend.verifier.answer { _ in .refusal }
        await expectFault(400) { try await backend.update(Self.name, "user", "wrong") }
        #expect(try await backend.inspect(Self.name).verification.isAccepted)
    }
}
