import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Verifying a repository again")
struct RecheckTests {
    static let name = "registry.example/team/image"
    static let known = Grants(pull: .yes, push: .no)

    /// What another try comes to, for a repository that had the grants `known`.
    struct Row: Sendable, CustomTestStringConvertible {
        let verdict: VerificationOutcome.Verdict
        var found = Grants()
        let state: Verification.State
        var reason: String?
        let granted: Grants
        var isAccepted = true

        var testDescription: String { "\(verdict), \(found)" }

        static let all = [
            Row(verdict: .accepted(note: nil), found: Grants(pull: .yes), state: .verified, granted: known),
            Row(
                verdict: .accepted(note: "it did not ask"), found: Grants(pull: .yes, push: .yes), state: .verified,
                reason: "it did not ask",
                granted: Grants(pull: .yes, push: .yes)),
            Row(
                verdict: .absent, state: .absent,
                reason: "registry.example has no repository of this name yet. Check the spelling, or push to create it.",
                granted: Grants(pull: .unknown, push: .no)),
            Row(
                verdict: .refused(reason: "DENIED"), found: known, state: .rejected, reason: "DENIED", granted: Grants(), isAccepted: false),
            Row(verdict: .denied(reason: "DENIED"), state: .verified, granted: Grants(pull: .no, push: .no)),
            Row(
                verdict: .forbidden(reason: "not allowed"), state: .rejected, reason: "not allowed", granted: Grants(),
                isAccepted: false),
            Row(verdict: .silent(reason: "no answer"), state: .unreachable, reason: "no answer", granted: known),
            Row(verdict: .unknownHost(reason: "no such host"), state: .unreachable, reason: "no such host", granted: known),
            Row(verdict: .unspoken(reason: "NTLM"), state: .unverified, reason: "NTLM", granted: known),
        ]
    }

    @Test("What was found out takes the place of what was known, and of nothing else", arguments: Row.all, [true, false])
    func found(row: Row, isAsked: Bool) async throws {
        let backend = try await registered()
        let before = try await backend.inspect(Self.name)
        backend.clock.advance(by: 60)
        backend.verifier.answer { _ in VerificationOutcome(verdict: row.verdict, granted: row.found) }
        if isAsked {
            let recorded = try await backend.verifyAgain(Self.name)
            #expect(try await backend.inspect(Self.name) == recorded.value)
        } else {
            try await backend.backend.verifyInTheBackground(before)
        }
        var after = try await backend.inspect(Self.name)
        let silences = row.state == .unreachable ? 1 : 0
        let now = backend.clock.clock.now()
        #expect(
            after.verification
                == Verification(
                    state: row.state, reason: row.reason, granted: row.granted, checked: now,
                    due: now.addingTimeInterval(silences == 0 ? 6 * 60 * 60 : 60), silences: silences, isAccepted: row.isAccepted))
        after.verification = before.verification
        #expect(after == before)
        #expect(try await backend.sealedLogin(Self.name) == Login("user", "secret"))
    }

    /// The state that remains after the registry has denied the right to pull.
    struct DeniedRow: Sendable, CustomTestStringConvertible {
        let before: Verification.State
        let state: Verification.State
        let reason: String?

        var testDescription: String { "\(before)" }

        static let all = [
            DeniedRow(before: .verified, state: .verified, reason: "because"),
            DeniedRow(before: .absent, state: .absent, reason: "because"),
            DeniedRow(before: .rejected, state: .rejected, reason: "because"),
            DeniedRow(before: .unreachable, state: .unverified, reason: "DENIED"),
            DeniedRow(before: .unverified, state: .unverified, reason: "DENIED"),
        ]
    }

    @Test("A registry that denies the right to pull changes that right alone", arguments: DeniedRow.all, [true, false])
    func denied(row: DeniedRow, isAsked: Bool) async throws {
        for isAccepted in [true, false] { try await expectDenial(row, isAsked: isAsked, isAccepted: isAccepted) }
    }

    private func expectDenial(_ row: DeniedRow, isAsked: Bool, isAccepted: Bool) async throws {
        let backend = try await registered()
        let before = try await backend.setVerification(Self.name) {
            ($0.state, $0.reason, $0.isAccepted) = (row.before, "because", isAccepted)
        }
        backend.verifier.answer { _ in VerificationOutcome(verdict: .denied(reason: "DENIED")) }
        if isAsked {
            try await backend.verifyAgain(Self.name)
        } else {
            try await backend.backend.verifyInTheBackground(before)
        }
        let after = try await backend.inspect(Self.name).verification
        #expect(after.state == row.state && after.reason == row.reason)
        #expect(after.granted == Grants(pull: .no, push: .no) && after.isAccepted == isAccepted && after.silences == 0)
        #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
    }

    @Test("The registry is asked with the stored credential, and about pushing where somebody wishes it", arguments: [true, false])
    func question(push: Bool) async throws {
        let backend = try await registered()
        try await backend.verifyAgain(Self.name, push: push)
        let question = try #require(backend.verifier.questions.last)
        #expect(question.name.description == Self.name)
        #expect(question.credential.map(Login.init) == Login("user", "secret"))
        #expect(question.depth == (push ? .push : .pull))
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(backend.verifier.questions.last?.depth == .pull)
    }

    @Test("A public repository is asked about without a credential, and stays public")
    func publicRepository() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name)
        #expect(try await backend.verifyAgain(Self.name).value.credential == nil)
        #expect(backend.verifier.questions.map(\.credential) == [nil, nil])
    }

    @Test("Silences are counted one by one, and forgotten with the next answer")
    func silences() async throws {
        let backend = try await registered()
        backend.verifier.answer { _ in VerificationOutcome(verdict: .silent(reason: "no answer")) }
        for (silences, minutes) in [(1, 1.0), (2, 2), (3, 4), (4, 8)] {
            let verification = try await backend.verifyAgain(Self.name).value.verification
            #expect(verification.silences == silences)
            #expect(verification.due == backend.clock.clock.now().addingTimeInterval(minutes * 60))
            #expect(verification.granted == Self.known)
        }
        backend.verifier.answer { _ in StubVerifier.accepting }
        #expect(try await backend.verifyAgain(Self.name).value.verification.silences == 0)
        backend.verifier.answer { _ in VerificationOutcome(verdict: .silent(reason: "no answer")) }
        #expect(try await backend.verifyAgain(Self.name).value.verification.silences == 1)
    }

    @Test("Neither the policy of the server nor what was refused before keeps anybody from asking", arguments: ["require", "skip"])
    func policy(_ name: String) async throws {
        let backend = try await TestBackend(policy: name == "skip" ? .skip : .require)
        try await backend.register(Self.name, "user", "secret", verify: .pull)
        backend.verifier.answer { _ in .refusal }
        #expect(try await backend.verifyAgain(Self.name).value.verification.state == .rejected)
        backend.verifier.answer { _ in VerificationOutcome(verdict: .silent(reason: "no answer")) }
        #expect(try await backend.verifyAgain(Self.name).value.verification.state == .unreachable)
        backend.verifier.answer { _ in StubVerifier.accepting }
        #expect(try await backend.verifyAgain(Self.name).value.verification.state == .verified)
    }

    private func registered() async throws -> TestBackend {
        let backend = try await TestBackend(
            verifier: StubVerifier { _ in VerificationOutcome(verdict: .accepted(note: nil), granted: Self.known) })
        try await backend.register(Self.name, "user", "secret")
        return backend
    }
}
