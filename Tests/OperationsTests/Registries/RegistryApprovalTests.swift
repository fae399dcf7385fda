import Domain
import Naming
import Operations
import RegistryClient
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Approval of registries by use")
struct RegistryApprovalTests {
    static let authority = "registry.local:5000"
    static let name = "\(authority)/team/image"

    private let network = Set([Network("10.0.0.0/8")].compactMap(\.self))

    @Test("A registration by an administrator approves a registry for its private network, for later users as well")
    func approved() async throws {
        let backend = try await TestBackend()
        let others = try await backend.makeAccount("others")
        try await backend.register(Self.name)
        try await backend.register(Self.name, by: others)
        #expect(backend.verifier.requests.map(\.registry.trust.networks) == [network, network])
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust(networks: network))
    }

    @Test("An update by an administrator approves a registry only if it is verified")
    func byUpdate() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, verify: .no)
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust())
        try await backend.update(Self.name, "user", "secret", verify: .no)
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust())
        try await backend.update(Self.name, "user", "secret")
        #expect(backend.verifier.requests.map(\.registry.trust.networks) == [network])
        #expect(try await backend.registry(Self.authority).trust.networks == network)
    }

    @Test("Using a public registry approves nothing", arguments: ["registry.example", "8.8.4.4:5000"])
    func publicly(_ authority: String) async throws {
        let backend = try await TestBackend()
        try await backend.register("\(authority)/team/image", "user", "secret")
        try await backend.update("\(authority)/team/image", "user", "other")
        #expect(backend.verifier.requests.map(\.registry.trust) == [RegistryTrust(), RegistryTrust()])
        #expect(try await backend.registry(authority).trust == RegistryTrust())
    }

    @Test("Approved networks accumulate, and are removed with the approval")
    func several() async throws {
        let backend = try await TestBackend()
        let known = try Set(["192.168.0.0/16"].map { try #require(Network($0)) })
        let authority = try RegistryAuthority(parsing: Self.authority)
        try await backend.store.write {
            try $0.configure(Registry(authority: authority, isSSL: true, trust: RegistryTrust(networks: known)))
        }
        try await backend.register(Self.name)
        #expect(try await backend.registry(Self.authority).trust.networks == known.union(network))
        #expect(try await backend.configure(Self.authority, approved: false).value.trust == RegistryTrust())
        #expect(try await backend.configure(Self.authority, approved: true).value.trust == RegistryTrust(isApproved: true))
        try await backend.update(Self.name, "user", "secret")
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust(isApproved: true))
    }

    @Test("Only administrators see the addresses that are not allowed")
    func addresses() async throws {
        let backend = try await TestBackend(
            verifier: StubVerifier { _ in
                VerificationOutcome(verdict: .forbidden(reason: ErrorText("R is not allowed", advice: "Ask an administrator")))
            })
        let others = try await backend.makeAccount("others")
        let told = await expectFault(400) { try await backend.register(Self.name) }
        #expect(told?.message == "R is not allowed (addresses: 10.1.2.3). Nothing was stored. Ask an administrator.")
        let other = await expectFault(400) { try await backend.register(Self.name, by: others) }
        #expect(other?.message == "R is not allowed. Nothing was stored. Ask an administrator.")
        let publicly = await expectFault(400) { try await backend.register("registry.example/a") }
        #expect(publicly?.message == "R is not allowed. Nothing was stored. Ask an administrator.")
    }

    @Test("No approval is stored if nothing else is stored", arguments: ["refused", "forbidden"])
    func refused(kind: String) async throws {
        let backend = try await TestBackend()
        backend.verifier.answer { _ in
            VerificationOutcome(verdict: kind == "refused" ? .refused(reason: "no") : .forbidden(reason: "no"), realm: "https://r/")
        }
        let before = try RawDatabase(backend).everything(but: RawDatabase.trail)
        let fault = await expectFault(400) { try await backend.register(Self.name, "user", "secret") }
        #expect(fault?.message == (kind == "refused" ? "no. Nothing was stored." : "no (addresses: 10.1.2.3). Nothing was stored."))
        #expect(backend.verifier.requests.map(\.registry.trust.networks) == [network])
        #expect(try RawDatabase(backend).everything(but: RawDatabase.trail) == before)
        await expectFault(404) { try await backend.registry(Self.authority) }
    }

    @Test(
        "A verification that accepts nothing approves nothing",
        arguments: [
            VerificationOutcome(verdict: .inconclusive(reason: "no"), isReached: false), .init(verdict: .inconclusive(reason: "no")),
            .init(verdict: .unsupported(reason: "no")), .init(verdict: .unknownHost(reason: "no"), isReached: false),
        ])
    func unverified(_ outcome: VerificationOutcome) async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in outcome })
        if case .unknownHost = outcome.verdict {
            try await backend.register(Self.name, "user", "secret", verify: .no)
            try await backend.update(Self.name, "user", "other")
        } else {
            try await backend.register(Self.name, "user", "secret")
        }
        #expect(backend.verifier.requests.map(\.registry.trust.networks) == [network])
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust())
        backend.verifier.answer { _ in VerificationOutcome(verdict: .absent) }
        try await backend.update(Self.name, "user", "third")
        #expect(try await backend.registry(Self.authority).trust.networks == network)
    }

    @Test("Other users neither approve a registry nor remove an approval")
    func others() async throws {
        let backend = try await TestBackend()
        let others = try await backend.makeAccount("others")
        try await backend.register(Self.name, by: others)
        try await backend.update(Self.name, "user", "secret", by: others)
        #expect(backend.verifier.requests.map(\.registry.trust.isApproved) == [false, false])
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust())
        try await backend.configure(Self.authority, approved: true)
        try await backend.update(Self.name, "user", "other", by: others)
        #expect(backend.verifier.requests.last?.registry.trust.isApproved == true)
        #expect(try await backend.registry(Self.authority).trust.isApproved)
    }

    @Test("Rechecks and background checks approve nothing")
    func rechecks() async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name)
        try await backend.configure(Self.authority, approved: false)
        try await backend.verifyAgain(Self.name)
        try await backend.backend.verifyInTheBackground(backend.inspect(Self.name))
        #expect(backend.verifier.requests.map(\.registry.trust.networks) == [network, [], []])
        #expect(try await backend.registry(Self.authority).trust == RegistryTrust())
    }

    @Test("Trust settings outlive the repositories and apply to the next one")
    func survives() async throws {
        let backend = try await TestBackend()
        try await backend.configure(Self.authority, plain: true, ca: SamplePEM.authority, realm: "https://auth.example/token")
        try await backend.register(Self.name)
        let before = try await backend.registry(Self.authority)
        try await backend.remove(Self.name)
        #expect(try await backend.registry(Self.authority) == before)
        try await backend.register(Self.name, by: backend.makeAccount("others"))
        #expect(backend.verifier.requests.last?.registry.trust == before.trust)
    }
}
