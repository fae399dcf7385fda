import Domain
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Host names that do not exist")
struct UnknownHostTests {
    static let name = "registry.exmaple:5000/team/image"
    static let message = """
        no such host name. Nothing was stored. Check the spelling, or register the repository without verification (verify=false).
        """

    /// The earlier operation on the registry.
    enum Past: String, CaseIterable, Sendable {
        case nothing, configured, storedUnverified, silent

        func make(_ backend: TestBackend) async throws {
            let authority = "registry.exmaple:5000"
            switch self {
            case .nothing: break
            case .configured: try await backend.configure(authority, approved: true)
            case .storedUnverified: try await backend.register("\(authority)/other", "user", "secret", verify: .no)
            case .silent:
                backend.verifier.answer { _ in .silence }
                try await backend.register("\(authority)/other", "user", "secret")
            }
        }
    }

    @Test(
        "Registering on an unknown host that was never reached is refused, and nothing is stored", arguments: Past.allCases, [true, false])
    func refused(past: Past, isPublic: Bool) async throws {
        let backend = try await TestBackend()
        try await past.make(backend)
        backend.verifier.answer { _ in .unknownHost }
        let raw = try RawDatabase(backend)
        let before = try raw.everything(but: RawDatabase.trail)
        let fault = await expectFault(400) {
            try await backend.register(Self.name, isPublic ? nil : "user", isPublic ? nil : "secret")
        }
        #expect(fault?.message == Self.message)
        #expect(try raw.everything(but: RawDatabase.trail) == before)
        try await backend.register(Self.name, "user", "secret", verify: .no)
    }

    @Test(
        "A push check on an unknown host is refused too, and with --verify require the message offers no verify=false",
        arguments: VerificationPolicy.allCases)
    func policies(policy: VerificationPolicy) async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in .unknownHost }, policy: policy)
        let fault = await expectFault(400) { try await backend.register(Self.name, "user", "secret", verify: .push) }
        let short = "no such host name. Nothing was stored. Check the spelling."
        #expect(fault?.message == (policy == .require ? short : Self.message))
    }

    /// The outcomes that show that a registry was reached.
    enum Contact: String, CaseIterable, Sendable {
        case verified, absent, refusedLater, pulled

        func make(_ backend: TestBackend) async throws {
            let other = "registry.exmaple:5000/other"
            switch self {
            case .verified: try await backend.register(other)
            case .absent:
                backend.verifier.answer { _ in VerificationOutcome(verdict: .absent) }
                try await backend.register(other)
            case .refusedLater:
                try await backend.register(other, "user", "secret", verify: .no)
                backend.verifier.answer { _ in .refusal }
                try await backend.verifyAgain(other)
            case .pulled:
                try await backend.register(other, "user", "secret", verify: .no)
                try await backend.backend.noteSuccess(
                    of: .pull, isContent: true, on: backend.inspect(other), by: backend.caller())
            }
        }
    }

    @Test("A repository on an unknown host that was reached before is stored as unreachable", arguments: Contact.allCases)
    func reached(contact: Contact) async throws {
        let backend = try await TestBackend()
        try await contact.make(backend)
        backend.verifier.answer { _ in .unknownHost }
        let verification = try await backend.register(Self.name, "user", "secret").value.verification
        #expect(verification.state == .unreachable && verification.reason == "no such host name" && verification.silences == 1)
        #expect(try await backend.knownRegistry("registry.exmaple:5000")?.isReached == true)
    }

    @Test("An update on an unknown host is stored as unreachable, whether the registry was reached or not", arguments: [true, false])
    func updated(isReached: Bool) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret", verify: isReached ? .pull : .no)
        #expect(try await backend.knownRegistry("registry.exmaple:5000")?.isReached == isReached)
        backend.verifier.answer { _ in .unknownHost }
        let verification = try await backend.update(Self.name, "user", "other").value.verification
        #expect(verification.state == .unreachable && !verification.isAccepted)
    }

    @Test(
        "A registry is reached after its first response, permanently",
        arguments: [[true], [false], [false, true], [true, false], [false, true, false]])
    func known(contacts: [Bool]) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret", verify: .no)
        for isReached in contacts {
            backend.verifier.answer { _ in VerificationOutcome(verdict: .inconclusive(reason: "500"), isReached: isReached) }
            try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
            backend.clock.advance(by: 60 * 60)
        }
        #expect(try await backend.knownRegistry("registry.exmaple:5000")?.isReached == contacts.contains(true))
        try await backend.configure("registry.exmaple:5000", approved: true, realm: "https://realm.example/token")
        #expect(try await backend.knownRegistry("registry.exmaple:5000")?.isReached == contacts.contains(true))
    }
}
