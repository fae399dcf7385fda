import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite("Confirming a refused login")
struct ConfirmRefusedLoginTests {
    static let name = "registry.example/team/image"

    /// A verified repository whose login was refused once.
    private static func refused(_ backend: TestBackend, _ name: String = name) async throws -> Repository {
        try await backend.register(name, "user", "secret")
        backend.clock.advance(by: 60)
        let repository = try await backend.inspect(name)
        try await backend.backend.noteRefusedLogin("wrong password", isConfirmed: false, isOfLogin: false, on: repository)
        return repository
    }

    private static func confirm(_ backend: TestBackend) async throws {
        for repository in backend.backend.refusedLoginsToConfirm() { try await backend.backend.confirmRefusedLogin(of: repository) }
    }

    @Test("A confirmation is due once, five seconds after the first refusal")
    func due() async throws {
        let backend = try await TestBackend()
        let repository = try await Self.refused(backend)
        let before = try RawDatabase(backend).everything()
        for seconds in [0, 4.75] {
            backend.clock.advance(by: seconds)
            backend.clock.jump(by: seconds * 1000)
            #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
            try await backend.backend.noteRefusedLogin("again", isConfirmed: false, isOfLogin: false, on: repository)
        }
        #expect(try RawDatabase(backend).everything() == before, "the first refusal changes nothing")
        backend.clock.advance(by: 0.25)
        #expect(backend.backend.refusedLoginsToConfirm() == [repository])
        backend.verifier.answer { _ in .refusal }
        try await Self.confirm(backend)
        #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
        let question = try #require(backend.verifier.requests.last)
        #expect(question.cause == .confirmation && question.depth == .pull && question.requester == .background)
        #expect(question.credential.map(Login.init) == Login("user", "secret"))
        try await backend.backend.confirmRefusedLogin(of: repository)
        #expect(backend.verifier.requests.count == 2, "one that does not wait is not confirmed")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let verdict: VerificationOutcome.Verdict
        /// nil if nothing changes.
        var state: Verification.State?

        var testDescription: String { "\(verdict)" }

        static let all = [
            Row(verdict: .accepted(note: nil), state: .verified), Row(verdict: .refused(reason: "still wrong"), state: .rejected),
            Row(verdict: .absent), Row(verdict: .reachable), Row(verdict: .inconclusive(reason: "no answer")),
            Row(verdict: .unknownHost(reason: "no such host name")), Row(verdict: .unsupported(reason: "NTLM")),
            Row(verdict: .forbidden(reason: "private network")), Row(verdict: .denied(reason: "not this repository")),
        ]
    }

    @Test(
        "A second refusal rejects the repository, an acceptance verifies it, and other results change nothing", arguments: Row.all,
        Verification.State.allCases)
    func verdicts(row: Row, state: Verification.State) async throws {
        let backend = try await TestBackend()
        _ = try await Self.refused(backend)
        let before = try await backend.setVerification(Self.name) { ($0.state, $0.reason, $0.silences) = (state, "because", 2) }
        backend.clock.advance(by: 5)
        backend.verifier.answer { _ in VerificationOutcome(verdict: row.verdict, granted: Grants(pull: .yes)) }
        let raw = try RawDatabase(backend)
        let everything = try raw.everything()
        try await Self.confirm(backend)
        #expect(backend.verifier.requests.count == 2)
        let after = try await backend.inspect(Self.name).verification
        guard let expected = row.state else {
            #expect(try raw.everything() == everything)
            return
        }
        #expect(after.state == expected && after.isAccepted == (expected == .verified))
        #expect(after.reason == (expected == .rejected ? "still wrong. Update the credential with 'docker-cloud repository update'." : nil))
        #expect(after.granted == (expected == .rejected ? Grants() : Grants(pull: .yes)))
        #expect(after.checked == backend.clock.clock.now() && after.begun == nil && after.silences == 0)
        #expect(try await backend.backgroundActions().count == (expected == before.verification.state ? 0 : 1))
    }

    @Test("A limit of the server changes nothing and is reported", arguments: [LimitReached.Kind.logins, .verifications, .lookups])
    func limited(kind: LimitReached.Kind) async throws {
        let backend = try await TestBackend()
        _ = try await Self.refused(backend)
        backend.clock.advance(by: 5)
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        backend.verifier.answer { _ in VerificationOutcome(verdict: .limited(LimitReached(kind, of: .server))) }
        await expectFault(503) { try await Self.confirm(backend) }
        #expect(try raw.everything() == before)
    }

    enum Meanwhile: String, CaseIterable, Sendable {
        case removed, updated, published, verified, rejected, pulled

        func make(_ backend: TestBackend) async throws {
            switch self {
            case .removed: try await backend.remove(name)
            case .updated: try await backend.update(name, "user", "fresh")
            case .published: try await backend.update(name, "", "")
            case .verified: try await backend.verifyAgain(name)
            case .rejected: try await backend.backend.noteRefusedLogin("no", isConfirmed: true, isOfLogin: true, on: backend.inspect(name))
            case .pulled:
                try await backend.setVerification(name) { $0.state = .unreachable }
                try await backend.backend.noteSuccess(of: .pull, isContent: false, on: backend.inspect(name), by: backend.caller())
            }
        }
    }

    @Test("Nothing is sent if the repository was removed, updated or verified since the refusal", arguments: Meanwhile.allCases)
    func newer(meanwhile: Meanwhile) async throws {
        let backend = try await TestBackend()
        _ = try await Self.refused(backend)
        backend.clock.advance(by: 5)
        try await meanwhile.make(backend)
        let (asked, raw) = (backend.verifier.requests.count, try RawDatabase(backend))
        let before = try raw.everything()
        backend.verifier.answer { _ in .refusal }
        try await Self.confirm(backend)
        #expect(backend.verifier.requests.count == asked)
        #expect(try raw.everything() == before)
        #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
    }

    @Test("A change during the request to the registry takes precedence", arguments: Meanwhile.allCases)
    func whileAsked(meanwhile: Meanwhile) async throws {
        let backend = try await TestBackend()
        _ = try await Self.refused(backend)
        backend.clock.advance(by: 5)
        let gate = Gate()
        backend.verifier.answer { question in
            guard question.cause == .confirmation else { return StubVerifier.accepting }
            await gate.pass()
            return .refusal
        }
        async let confirmed: Void = Self.confirm(backend)
        await gate.arrivals(1)
        backend.clock.advance(by: 1)
        try await meanwhile.make(backend)
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        await gate.open()
        try await confirmed
        #expect(try raw.everything() == before)
    }

    @Test("A refusal of a new credential replaces that of the old one")
    func replaced() async throws {
        let backend = try await TestBackend()
        let old = try await Self.refused(backend)
        backend.clock.advance(by: 4)
        try await backend.update(Self.name, "user", "fresh")
        let new = try await backend.inspect(Self.name)
        backend.clock.advance(by: 0.5)
        try await backend.backend.noteRefusedLogin("wrong password", isConfirmed: false, isOfLogin: false, on: new)
        backend.clock.advance(by: 4.5)
        #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
        backend.clock.advance(by: 0.5)
        #expect(backend.backend.refusedLoginsToConfirm() == [new] && new != old)
    }

    @Test("At most a thousand repositories are queued, each once, in the order of their refusals")
    func bounded() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        let template = try await backend.inspect(Self.name)
        let repositories = (0..<1100).map { _ in
            Repository(
                id: UUID(), namespace: template.namespace, name: template.name, credential: template.credential,
                verification: template.verification, created: template.created, modified: template.modified)
        }
        for _ in 1...2 {
            for repository in repositories {
                try await backend.backend.noteRefusedLogin("no", isConfirmed: false, isOfLogin: false, on: repository)
            }
        }
        backend.clock.advance(by: 5)
        #expect(backend.backend.refusedLoginsToConfirm() == Array(repositories.prefix(1000)))
    }

    @Test("With the policy skip, refused logins are not confirmed")
    func skip() async throws {
        let backend = try await TestBackend(policy: .skip)
        _ = try await Self.refused(backend)
        backend.clock.advance(by: 60)
        #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
    }

    @Test("Nothing is sent while the store cannot be written")
    func unwritable() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        _ = try await Self.refused(backend)
        backend.clock.advance(by: 5)
        store.behave(.init(failure: .unavailable("disk"), canBeRead: true))
        await #expect(throws: StoreError.unavailable("disk")) { try await Self.confirm(backend) }
        #expect(backend.verifier.requests.count == 1)
    }

    @Test("A cancelled confirmation changes nothing")
    func cancelled() async throws {
        let backend = try await TestBackend()
        _ = try await Self.refused(backend)
        backend.clock.advance(by: 5)
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        backend.verifier.answer { _ in
            try? await Task.sleep(for: .seconds(60))
            return .silence
        }
        let confirming = Task { try await Self.confirm(backend) }
        while backend.verifier.requests.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
        confirming.cancel()
        await #expect(throws: CancellationError.self) { try await confirming.value }
        #expect(try raw.everything() == before)
    }
}
