import Domain
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite("Concurrent configuration and verification of a registry")
struct RegistryRaceTests {
    static let authority = "registry.local:5000"
    static let name = "\(authority)/team/image"

    /// The operations that verify with the registry settings that they read before.
    enum Asking: String, CaseIterable, Sendable {
        case again, background, registering, updating

        func run(_ backend: TestBackend, by key: APIKeySecret) async throws {
            switch self {
            case .again: try await backend.verifyAgain(name, by: key)
            case .background: try await backend.backend.verifyInTheBackground(backend.inspect(name, by: key))
            case .registering: try await backend.register("\(authority)/team/other", by: key)
            case .updating: try await backend.update(name, "user", "other", by: key)
            }
        }
    }

    @Test("Settings that an administrator removed during a verification do not reappear", arguments: Asking.allCases)
    func takenBack(asking: Asking) async throws {
        let trust = try await meanwhile(asking) {
            try await $0.configure(Self.authority, approved: false, plain: false, ca: "", realm: "")
        }
        #expect(trust == RegistryTrust())
    }

    @Test("Settings that an administrator added during a verification are retained", arguments: Asking.allCases)
    func allowed(asking: Asking) async throws {
        let realm = "https://new.example/token"
        let trust = try await meanwhile(asking) {
            try await $0.configure(Self.authority, plain: true, ca: SamplePEM.authority, realm: realm)
        }
        #expect(trust == RegistryTrust(isApproved: true, isPlainHTTP: true, certificateAuthorities: SamplePEM.authority, realm: realm))
    }

    private func meanwhile(_ asking: Asking, _ body: (TestBackend) async throws -> Recorded<Registry>) async throws -> RegistryTrust {
        let backend = try await TestBackend()
        let key = try await backend.makeAccount("others")
        try await backend.configure(Self.authority, approved: true, realm: "https://old.example/token")
        try await backend.register(Self.name, "user", "secret", by: key)
        let gate = Gate()
        backend.verifier.answer { question in
            await gate.pass()
            return VerificationOutcome(verdict: .accepted(note: nil), isSSL: true, realm: question.registry.trust.realm)
        }
        async let asked: Void = asking.run(backend, by: key)
        await gate.arrivals(1)
        let configured = try await body(backend).value
        await gate.open()
        try await asked
        let found = try await backend.registry(Self.authority)
        #expect(found == configured)
        return found.trust
    }
}
