import Domain
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Allowing a registry")
struct ConfigureRegistryTests {
    static let authority = "registry.example:5000"
    static let realm = "https://auth.example/token"
    static let everything = RegistryTrust(
        isApproved: true, isPlainHTTP: true, certificateAuthorities: SamplePEM.authority, realm: realm)

    @Test("An administrator allows a registry that no repository is on yet, and sees it; nobody else does")
    func unknown() async throws {
        let backend = try await TestBackend()
        let others = try await backend.makeAccount("others")
        await expectFault(404) { try await backend.registry(Self.authority) }
        let configured = try await configured(backend)
        #expect(configured == Registry(authority: try .init(parsing: Self.authority), isSSL: false, trust: Self.everything))
        #expect(try await backend.registry(Self.authority) == configured)
        await expectFault(404) { try await backend.registry(Self.authority, by: others) }
        backend.verifier.answer { VerificationOutcome(verdict: .absent, isSSL: $0.isSSL) }
        try await backend.register("\(Self.authority)/team/image", by: others)
        var reached = configured
        reached.isReached = true
        #expect(try await backend.registry(Self.authority, by: others) == reached)
    }

    @Test("Nobody else may, whatever the scopes of the key; nothing is stored and nothing recorded")
    func rights() async throws {
        let backend = try await TestBackend()
        let everyScope = try await backend.makeAccount("others")
        let before = try RawDatabase(backend).everything()
        let fault = await expectFault(403) { try await backend.configure(Self.authority, approved: true, by: everyScope) }
        #expect(fault?.message.contains("administrator") == true)
        #expect(try RawDatabase(backend).everything() == before)
    }

    /// One member each: how it is set, how it is taken away, and where it is found.
    struct Member: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let set: RegistryChange
        let clear: RegistryChange
        let trust: RegistryTrust

        static let all = [
            Member(testDescription: "approval", set: .of(approved: true), clear: .of(approved: false), trust: .init(isApproved: true)),
            Member(testDescription: "plain HTTP", set: .of(plain: true), clear: .of(plain: false), trust: .init(isPlainHTTP: true)),
            Member(
                testDescription: "authorities", set: .of(ca: SamplePEM.authority), clear: .of(ca: ""),
                trust: .init(certificateAuthorities: SamplePEM.authority)),
            Member(testDescription: "realm", set: .of(realm: realm), clear: .of(realm: ""), trust: .init(realm: realm)),
        ]
    }

    @Test("A member is set, stays where the next change does not name it, and is taken away alone", arguments: Member.all)
    func members(member: Member) async throws {
        let backend = try await TestBackend()
        #expect(try await backend.change(Self.authority, member.set).trust == member.trust)
        #expect(try await backend.change(Self.authority, .of()).trust == member.trust)
        #expect(try await backend.change(Self.authority, member.clear).trust == RegistryTrust())
        _ = try await configured(backend)
        #expect(try await backend.change(Self.authority, member.set).trust == Self.everything)
        let cleared = try await backend.change(Self.authority, member.clear).trust
        #expect(cleared != Self.everything)
        #expect(try await backend.change(Self.authority, member.set).trust == Self.everything)
    }

    @Test(
        "What could never be used is refused, and nothing is stored",
        arguments: [
            RegistryChange.of(ca: "x"), .of(ca: " "), .of(ca: String(SamplePEM.authority.dropFirst(40))),
            .of(ca: SamplePEM.authority.replacing("M", with: "!")), .of(realm: "auth.example"), .of(realm: "ftp://auth.example/"),
            .of(realm: "https://"), .of(realm: "https:///token"), .of(realm: "https://user:pw@auth.example/token"),
            .of(realm: "https://auth.example/a b"), .of(realm: "https://\u{430}uth.example/"), .of(realm: " "),
        ])
    func invalid(change: RegistryChange) async throws {
        let backend = try await TestBackend()
        let before = try RawDatabase(backend).everything()
        let fault = await expectFault(400) { try await backend.change(Self.authority, change) }
        let member = change.realm == nil ? "ca_certificate" : "realm"
        #expect(fault?.message.hasPrefix(member) == true)
        #expect(try RawDatabase(backend).everything() == before)
    }

    @Test("Several certificates are as good as one")
    func bundle() async throws {
        let backend = try await TestBackend()
        let bundle = "# ours\n\(SamplePEM.authority)\n\(SamplePEM.authority)\n"
        #expect(try await backend.configure(Self.authority, ca: bundle).value.trust.certificateAuthorities == bundle)
    }

    @Test(
        "Docker Hub is never spoken to without TLS; all else may be said of it",
        arguments: ["docker.io", "index.docker.io", "registry-1.docker.io"])
    func dockerHub(spelling: String) async throws {
        let backend = try await TestBackend()
        await expectFault(400) { try await backend.configure(spelling, plain: true) }
        let hub = try await backend.configure(spelling, approved: true, plain: false, ca: SamplePEM.authority, realm: Self.realm).value
        #expect(hub.isSSL == true)
        #expect(!hub.trust.isPlainHTTP)
    }

    private func configured(_ backend: TestBackend) async throws -> Registry {
        try await backend.configure(Self.authority, approved: true, plain: true, ca: SamplePEM.authority, realm: Self.realm).value
    }
}

extension RegistryChange {
    static func of(approved: Bool? = nil, plain: Bool? = nil, ca: String? = nil, realm: String? = nil) -> Self {
        RegistryChange(isApproved: approved, isPlainHTTP: plain, certificateAuthorities: ca, realm: realm)
    }
}

extension TestBackend {
    fileprivate func change(_ authority: String, _ change: RegistryChange) async throws -> Registry {
        let changed = try await backend.configureRegistry(RegistryAuthority(parsing: authority), change, in: nil, by: caller()).value
        #expect(try await registry(authority) == changed)
        return changed
    }
}
