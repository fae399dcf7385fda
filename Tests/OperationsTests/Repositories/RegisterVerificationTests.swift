import Domain
import FoundationEssentials
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("What verifying comes to")
struct RegisterVerificationTests {
    static let name = "registry.example/team/image"
    static let grants = Grants(pull: .yes, push: .no)

    @Test("Register stores, or refuses, as the table says", arguments: AskingRow.all, AnswerRow.all)
    func register(asking: AskingRow, answer: AnswerRow) async throws {
        let verifier = StubVerifier { _ in VerificationOutcome(verdict: answer.verdict, granted: Self.grants, isSSL: true) }
        let backend = try await TestBackend(verifier: verifier, policy: asking.policy)
        let raw = try RawDatabase(backend)
        let before = try raw.everything(but: RawDatabase.trail)
        let expected = expected(asking, answer, at: backend)
        if let expected {
            let stored = try await backend.register(Self.name, "user", "secret", verify: asking.wish)
            #expect(stored.value.verification == expected)
            #expect(try await backend.inspect(Self.name) == stored.value)
            #expect(try raw.count("credential_secrets") == 1)
        } else {
            let fault = await expectFault(400) { try await backend.register(Self.name, "user", "secret", verify: asking.wish) }
            if asking.asked != .refused, let reason = answer.reason { #expect(fault?.message.contains(reason) == true) }
            #expect(try raw.everything(but: RawDatabase.trail) == before)
        }
        #expect(verifier.questions.map(\.depth) == depths(asking))
    }

    @Test("Update stores, or refuses, as the table says", arguments: AskingRow.all, AnswerRow.all)
    func update(asking: AskingRow, answer: AnswerRow) async throws {
        let verifier = StubVerifier()
        let backend = try await TestBackend(verifier: verifier, policy: asking.policy)
        try await backend.register(Self.name, "user", "secret", verify: .pull)
        verifier.answer { _ in VerificationOutcome(verdict: answer.verdict, granted: Self.grants, isSSL: true) }
        let raw = try RawDatabase(backend)
        let before = try raw.everything(but: RawDatabase.trail)
        backend.clock.advance(by: 60)
        if let expected = expected(asking, answer, at: backend) {
            let stored = try await backend.update(Self.name, "user", "other", verify: asking.wish)
            #expect(stored.value.verification == expected)
            #expect(try await backend.inspect(Self.name) == stored.value)
            #expect(stored.value.credential?.version == 2)
        } else {
            await expectFault(400) { try await backend.update(Self.name, "user", "other", verify: asking.wish) }
            #expect(try raw.everything(but: RawDatabase.trail) == before)
        }
        #expect(verifier.questions.dropFirst().map(\.depth) == depths(asking))
    }

    private func expected(_ asking: AskingRow, _ answer: AnswerRow, at backend: TestBackend) -> Verification? {
        switch asking.asked {
        case .refused: return nil
        case .not: return planned(Verification(state: .unverified), at: backend)
        case .pull, .push:
            guard let state = answer.state, asking.policy != .require || answer.isEnough else { return nil }
            let verification = Verification(
                state: state, reason: answer.reason, granted: answer.isGrant ? Self.grants : Grants(), checked: backend.clock.clock.now(),
                isAccepted: answer.isEnough)
            return planned(verification, at: backend)
        }
    }

    /// With the time of the next try: in a minute where there was no answer, else in six hours.
    private func planned(_ verification: Verification, at backend: TestBackend) -> Verification {
        var planned = verification
        planned.silences = verification.state == .unreachable ? 1 : 0
        planned.due = backend.clock.clock.now().addingTimeInterval(planned.silences == 1 ? 60 : 6 * 60 * 60)
        return planned
    }

    private func depths(_ asking: AskingRow) -> [VerificationDepth] {
        switch asking.asked {
        case .pull: [.pull]
        case .push: [.push]
        case .not, .refused: []
        }
    }
}
