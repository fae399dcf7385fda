import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Sealing
import Storage
import TestSupport
import Testing

@Suite("Background checks of credentials that the registry never accepted")
struct UnacceptedCredentialTests {
    static let name = "registry.example:5000/team/image"
    static let reason = """
        registry.example:5000 responds now. The credential is verified by the next pull or push, or by 'docker-cloud repository verify'.
        """

    /// The ways to such a credential.
    enum Origin: String, CaseIterable, Sendable {
        case neverVerified, silentRegistry, unknownHost, updatedUnverified, updatedSilently, unspoken, rejected

        func make(_ backend: TestBackend) async throws {
            switch self {
            case .neverVerified: try await backend.register(name, "user", "secret", verify: .no)
            case .silentRegistry: try await register(backend, .silence)
            case .unknownHost:
                try await backend.register("registry.example:5000/team/other")
                try await register(backend, .unknownHost)
            case .updatedUnverified, .updatedSilently:
                try await backend.register(name, "user", "first")
                backend.verifier.answer { _ in .silence }
                try await backend.update(name, "user", "secret", verify: self == .updatedUnverified ? .no : .unspecified)
            case .unspoken: try await register(backend, VerificationOutcome(verdict: .unsupported(reason: "NTLM")))
            case .rejected:
                try await backend.register(name, "user", "secret", verify: .no)
                backend.verifier.answer { _ in .refusal }
                try await backend.verifyAgain(name)
            }
        }

        private func register(_ backend: TestBackend, _ outcome: VerificationOutcome) async throws {
            backend.verifier.answer { _ in outcome }
            try await backend.register(name, "user", "secret")
        }

        /// The state and reason that remain when the registry responds without the credential; nil if they are replaced.
        var explained: (state: Verification.State, reason: String)? {
            switch self {
            case .unspoken: (.unverified, "NTLM")
            case .rejected:
                (.rejected, "UNAUTHORIZED: authentication required. Update the credential with 'docker-cloud repository update'.")
            case .neverVerified, .silentRegistry, .unknownHost, .updatedUnverified, .updatedSilently: nil
            }
        }
    }

    @Test(
        "A background check sends no credential that was never accepted, and the reason tells when it is sent", arguments: Origin.allCases)
    func reachable(origin: Origin) async throws {
        let backend = try await TestBackend()
        try await origin.make(backend)
        backend.verifier.answer { _ in .reachable }
        backend.clock.advance(by: 6 * 60 * 60)
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        let question = try #require(backend.verifier.requests.last)
        #expect(question.depth == .reachability && question.credential == nil)
        #expect(question.cause == .schedule && question.requester == .background)
        let verification = try await backend.inspect(Self.name).verification
        #expect(verification.state == origin.explained?.state ?? .unverified)
        #expect(verification.reason == origin.explained?.reason ?? Self.reason)
        #expect(verification.checked == backend.clock.clock.now() && !verification.isAccepted)
        #expect(verification.silences == 0 && verification.due == backend.clock.clock.now() + 6 * 60 * 60)
    }

    @Test("An unreachable registry is retried at increasing intervals, without the credential")
    func silent() async throws {
        let backend = try await TestBackend()
        try await Origin.silentRegistry.make(backend)
        for minutes in [2, 4, 8] as [Double] {
            try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
            let verification = try await backend.inspect(Self.name).verification
            #expect(verification.state == .unreachable && verification.due == backend.clock.clock.now() + minutes * 60)
            backend.clock.advance(by: minutes * 60)
        }
        #expect(backend.verifier.requests.dropFirst().allSatisfy { $0.credential == nil && $0.depth == .reachability })
        backend.verifier.answer { _ in .unknownHost }
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(try await backend.inspect(Self.name).verification.reason == "no such host name")
    }

    @Test(
        "A background check does not open a credential that was never accepted",
        arguments: [Origin.neverVerified, .silentRegistry, .updatedSilently])
    func sealed(origin: Origin) async throws {
        let backend = try await TestBackend()
        try await origin.make(backend)
        try RawDatabase(backend).run("UPDATE credentials SET namespace = 'others'")
        backend.verifier.answer { _ in .reachable }
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        await #expect(throws: StoreError.self) { try await backend.verifyAgain(Self.name) }
    }

    @Test("A recheck or an update sends the credential", arguments: Origin.allCases, [true, false])
    func request(origin: Origin, isUpdate: Bool) async throws {
        let backend = try await TestBackend()
        try await origin.make(backend)
        backend.verifier.answer { _ in StubVerifier.accepting }
        if isUpdate { try await backend.update(Self.name, "user", "secret") } else { try await backend.verifyAgain(Self.name) }
        let question = try #require(backend.verifier.requests.last)
        #expect(question.credential.map(Login.init) == Login("user", "secret") && question.depth == .pull && question.cause == .request)
        #expect(try await backend.inspect(Self.name).verification.state == .verified)
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(backend.verifier.requests.last?.credential.map(Login.init) == Login("user", "secret"))
    }

    @Test("An accepted credential is sent even after unreachable results, and a public repository is read without one")
    func others() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        try await backend.register("registry.example/public", verify: .no)
        backend.verifier.answer { _ in .silence }
        for _ in 1...2 { try await backend.backend.verifyInTheBackground(backend.inspect(Self.name)) }
        #expect(backend.verifier.requests.dropFirst().allSatisfy { $0.credential != nil && $0.depth == .pull })
        try await backend.backend.verifyInTheBackground(backend.inspect("registry.example/public"))
        #expect(backend.verifier.requests.last?.depth == .pull)
    }
}
