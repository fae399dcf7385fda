import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite("Rechecking a repository")
struct RecheckTests {
    static let name = "registry.example/team/image"
    static let known = Grants(pull: .yes, push: .no)

    /// The result of a recheck of a repository with the grants `known`.
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
                verdict: .refused(reason: "DENIED"), found: known, state: .rejected,
                reason: "DENIED. Update the credential with 'docker-cloud repository update'.", granted: Grants(), isAccepted: false),
            Row(verdict: .denied(reason: "DENIED"), state: .verified, granted: Grants(pull: .no, push: .no)),
            Row(
                verdict: .forbidden(reason: "not allowed"), state: .rejected, reason: "not allowed", granted: Grants(),
                isAccepted: false),
            Row(verdict: .inconclusive(reason: "no answer"), state: .unreachable, reason: "no answer", granted: known),
            Row(verdict: .unknownHost(reason: "no such host"), state: .unreachable, reason: "no such host", granted: known),
            Row(verdict: .unsupported(reason: "NTLM"), state: .unverified, reason: "NTLM", granted: known),
        ]
    }

    @Test("A recheck replaces only the values that it determined", arguments: Row.all, [true, false])
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

    /// The state after the registry has denied the right to pull.
    struct DeniedRow: Sendable, CustomTestStringConvertible {
        let before: Verification.State
        let state: Verification.State
        let reason: String?

        var testDescription: String { "\(before)" }

        private static let denial =
            "DENIED. Check the name of the repository, and the rights of this user at the registry."

        static let all = [
            DeniedRow(before: .verified, state: .verified, reason: "because"),
            DeniedRow(before: .absent, state: .absent, reason: "because"),
            DeniedRow(before: .rejected, state: .rejected, reason: "because"),
            DeniedRow(before: .unreachable, state: .unverified, reason: denial),
            DeniedRow(before: .unverified, state: .unverified, reason: denial),
        ]
    }

    @Test("If the registry denies the right to pull, only that right changes", arguments: DeniedRow.all, [true, false])
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

    @Test("A recheck uses the stored credential, and checks push on request", arguments: [true, false])
    func question(push: Bool) async throws {
        let backend = try await registered()
        try await backend.verifyAgain(Self.name, push: push)
        let question = try #require(backend.verifier.requests.last)
        #expect(question.name.description == Self.name)
        #expect(question.credential.map(Login.init) == Login("user", "secret"))
        #expect(question.depth == (push ? .push : .pull))
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(backend.verifier.requests.last?.depth == .pull)
    }

    @Test("A public repository is rechecked without a credential and stays public")
    func publicRepository() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name)
        #expect(try await backend.verifyAgain(Self.name).value.credential == nil)
        #expect(backend.verifier.requests.map(\.credential) == [nil, nil])
    }

    @Test("Consecutive unreachable results are counted until the next response")
    func silences() async throws {
        let backend = try await registered()
        backend.verifier.answer { _ in VerificationOutcome(verdict: .inconclusive(reason: "no answer")) }
        for (silences, minutes) in [(1, 1.0), (2, 2), (3, 4), (4, 8)] {
            let verification = try await backend.verifyAgain(Self.name).value.verification
            #expect(verification.silences == silences)
            #expect(verification.due == backend.clock.clock.now().addingTimeInterval(minutes * 60))
            #expect(verification.granted == Self.known)
        }
        backend.verifier.answer { _ in StubVerifier.accepting }
        #expect(try await backend.verifyAgain(Self.name).value.verification.silences == 0)
        backend.verifier.answer { _ in VerificationOutcome(verdict: .inconclusive(reason: "no answer")) }
        #expect(try await backend.verifyAgain(Self.name).value.verification.silences == 1)
    }

    @Test("A recheck is possible with any policy and after a refusal", arguments: ["require", "skip"])
    func policy(_ name: String) async throws {
        let backend = try await TestBackend(policy: name == "skip" ? .skip : .require)
        try await backend.register(Self.name, "user", "secret", verify: .pull)
        backend.verifier.answer { _ in .refusal }
        #expect(try await backend.verifyAgain(Self.name).value.verification.state == .rejected)
        backend.verifier.answer { _ in VerificationOutcome(verdict: .inconclusive(reason: "no answer")) }
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

@Suite("Rights and records of rechecks")
struct RecheckRightsTests {
    static let name = "registry.example/team/image"

    @Test("A recheck requires the write permission in the namespace and an existing repository")
    func rights() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let before = try await backend.inspect(Self.name)
        let reader = try await backend.makeAccount("reader", scopes: Set(Scope.allCases).subtracting([.repositoryWrite]))
        let others = try await backend.makeAccount("others")
        let fault = await expectFault(403) { try await backend.verifyAgain(Self.name, by: reader) }
        #expect(fault?.message.contains("repository:write") == true)
        await expectFault(404) { try await backend.verifyAgain(Self.name, by: others) }
        await expectFault(404) {
            try await backend.backend.verifyAgain(
                RepositoryName(parsing: Self.name), push: false, in: NamespaceName(parsing: "admin"), by: backend.caller(others))
        }
        await expectFault(404) { try await backend.verifyAgain("registry.example/team/other") }
        #expect(backend.verifier.requests.count == 1)
        #expect(try await backend.inspect(Self.name) == before)
        #expect(try await backend.actions().count == 1)
    }

    @Test("A recheck is one action, whatever its result")
    func recorded() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        for answer in [StubVerifier.accepting, .refusal, .refusal] {
            let before = try await backend.actions()
            let started = backend.clock.clock.now()
            backend.verifier.answer { _ in
                backend.clock.advance(by: 1.5)
                return answer
            }
            let action = try #require(try await backend.verifyAgain(Self.name).action)
            #expect(try await backend.actions() == [action] + before)
            #expect(action.kind == .repositoryVerify)
            #expect(action.object == .repository(try .init(parsing: Self.name)))
            #expect(action.started == started)
            #expect(action.ended == started.addingTimeInterval(1.5))
            #expect(action.origin == (try await backend.caller().origin))
        }
    }

    @Test("If the action cannot be stored, no request is sent to the registry")
    func unrecorded() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let raw = try RawDatabase(backend)
        try raw.forbidActions()
        let before = try raw.everything()
        await #expect(throws: StoreError.self) { try await backend.verifyAgain(Self.name) }
        #expect(try raw.everything() == before)
        #expect(backend.verifier.requests.count == 1)
    }

    @Test("If the action of a background check cannot be stored, its result is discarded and the check is repeated later")
    func unrecordedInTheBackground() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let repository = try await backend.inspect(Self.name)
        try RawDatabase(backend).forbidActions()
        backend.verifier.answer { _ in .refusal }
        await #expect(throws: StoreError.self) { try await backend.backend.verifyInTheBackground(repository) }
        var postponed = repository
        postponed.verification.due = backend.clock.clock.now() + 60
        postponed.verification.silences = 1
        #expect(try await backend.inspect(Self.name) == postponed)
        #expect(try await backend.actions().count == 1)
    }
}
