import Domain
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Pinning of token realms")
struct RealmPinningTests {
    static let authority = "registry.example"
    static let name = "\(authority)/team/image"
    static let (first, second) = ("https://auth.example/token", "https://other.example/token")

    @Test("The realm of the first use is pinned, used afterwards, and never replaced")
    func pinned() async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in Self.outcome(nil) })
        try await backend.register(Self.name)
        #expect(try await backend.registry(Self.authority).trust.realm == nil)
        backend.verifier.answer { _ in Self.outcome(Self.first) }
        try await backend.verifyAgain(Self.name)
        backend.verifier.answer { _ in Self.outcome(Self.second) }
        try await backend.verifyAgain(Self.name)
        try await backend.update(Self.name, "user", "secret")
        try await backend.register("\(Self.authority)/team/other")
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        let told = backend.verifier.requests.map(\.registry.trust.realm)
        #expect(told == [nil, nil, Self.first, Self.first, Self.first, Self.first])
        #expect(try await backend.registry(Self.authority).trust.realm == Self.first)
    }

    @Test("An administrator can set the realm, which is never replaced either")
    func configured() async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in Self.outcome(Self.first) })
        try await backend.register(Self.name)
        try await backend.configure(Self.authority, realm: Self.second)
        try await backend.verifyAgain(Self.name)
        #expect(backend.verifier.requests.last?.registry.trust.realm == Self.second)
        #expect(try await backend.registry(Self.authority).trust.realm == Self.second)
    }

    @Test("After a realm was removed, the next use pins a new one")
    func cleared() async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in Self.outcome(Self.first) })
        try await backend.register(Self.name)
        try await backend.configure(Self.authority, realm: "")
        backend.verifier.answer { _ in Self.outcome(Self.second) }
        try await backend.verifyAgain(Self.name)
        #expect(try await backend.registry(Self.authority).trust.realm == Self.second)
    }

    private static func outcome(_ realm: String?) -> VerificationOutcome {
        VerificationOutcome(verdict: .accepted(note: nil), isSSL: true, realm: realm)
    }
}
