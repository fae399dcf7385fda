import Domain
import FoundationEssentials
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Results of verifications")
struct RegisterVerificationTests {
    static let name = "registry.example/team/image"
    static let grants = Grants(pull: .yes, push: .no)

    @Test("A registration is stored or refused according to policy and verdict", arguments: PolicyRow.all, VerdictRow.all)
    func register(row: PolicyRow, answer: VerdictRow) async throws {
        let verifier = StubVerifier { _ in VerificationOutcome(verdict: answer.verdict, granted: Self.grants, isSSL: true) }
        let backend = try await TestBackend(verifier: verifier, policy: row.policy)
        let raw = try RawDatabase(backend)
        let before = try raw.everything(but: RawDatabase.trail)
        let expected = expected(row, answer, at: backend)
        if let expected {
            let stored = try await backend.register(Self.name, "user", "secret", verify: row.requested)
            #expect(stored.value.verification == expected)
            #expect(try await backend.inspect(Self.name) == stored.value)
            #expect(try raw.count("credential_secrets") == 1)
        } else {
            let fault = await expectFault(400) { try await backend.register(Self.name, "user", "secret", verify: row.requested) }
            if row.depth != .refused, let reason = answer.reason { #expect(fault?.message.contains(reason) == true) }
            #expect(try raw.everything(but: RawDatabase.trail) == before)
        }
        #expect(verifier.requests.map(\.depth) == depths(row))
    }

    @Test("An update is stored or refused according to policy and verdict", arguments: PolicyRow.all, VerdictRow.all)
    func update(row: PolicyRow, answer: VerdictRow) async throws {
        let verifier = StubVerifier()
        let backend = try await TestBackend(verifier: verifier, policy: row.policy)
        try await backend.register(Self.name, "user", "secret", verify: .pull)
        verifier.answer { _ in VerificationOutcome(verdict: answer.verdict, granted: Self.grants, isSSL: true) }
        let raw = try RawDatabase(backend)
        let before = try raw.everything(but: RawDatabase.trail)
        backend.clock.advance(by: 60)
        if let expected = expected(row, answer, at: backend) {
            let stored = try await backend.update(Self.name, "user", "other", verify: row.requested)
            #expect(stored.value.verification == expected)
            #expect(try await backend.inspect(Self.name) == stored.value)
            #expect(stored.value.credential?.version == 2)
        } else {
            await expectFault(400) { try await backend.update(Self.name, "user", "other", verify: row.requested) }
            #expect(try raw.everything(but: RawDatabase.trail) == before)
        }
        #expect(verifier.requests.dropFirst().map(\.depth) == depths(row))
    }

    private func expected(_ row: PolicyRow, _ answer: VerdictRow, at backend: TestBackend) -> Verification? {
        switch row.depth {
        case .refused: return nil
        case .none: return planned(Verification(state: .unverified), at: backend)
        case .pull, .push:
            guard let state = answer.state, row.policy != .require || answer.isEnough else { return nil }
            let verification = Verification(
                state: state, reason: answer.reason, granted: answer.isGrant ? Self.grants : Grants(), checked: backend.clock.clock.now(),
                isAccepted: answer.isEnough)
            return planned(verification, at: backend)
        }
    }

    /// The next check is in a minute if the registry was unreachable, otherwise in six hours.
    private func planned(_ verification: Verification, at backend: TestBackend) -> Verification {
        var planned = verification
        planned.silences = verification.state == .unreachable ? 1 : 0
        planned.due = backend.clock.clock.now().addingTimeInterval(planned.silences == 1 ? 60 : 6 * 60 * 60)
        return planned
    }

    private func depths(_ row: PolicyRow) -> [VerificationDepth] {
        switch row.depth {
        case .pull: [.pull]
        case .push: [.push]
        case .none, .refused: []
        }
    }
}
