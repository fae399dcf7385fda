import Domain
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite("Configuring registry trust")
struct ConfigureRegistryTests {
    static let authority = "registry.example:5000"
    static let realm = "https://auth.example/token"
    static let everything = RegistryTrust(
        isApproved: true, isPlainHTTP: true, certificateAuthorities: SamplePEM.authority, realm: realm)

    @Test("An administrator can configure and inspect a registry without repositories; others cannot see it")
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

    @Test("Other accounts cannot configure a registry, whatever the scopes of the key; nothing is stored or recorded")
    func rights() async throws {
        let backend = try await TestBackend()
        let everyScope = try await backend.makeAccount("others")
        let before = try RawDatabase(backend).everything()
        let fault = await expectFault(403) { try await backend.configure(Self.authority, approved: true, by: everyScope) }
        #expect(fault?.message.contains("administrator") == true)
        #expect(try RawDatabase(backend).everything() == before)
    }

    /// Each member, with the ways to set, remove and read it.
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

    @Test("A member is set, stays unless a change names it, and can be removed alone", arguments: Member.all)
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
        "Unusable values are refused, and nothing is stored",
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

    @Test("Several certificates and comments are accepted, and the certificates are stored")
    func bundle() async throws {
        let backend = try await TestBackend()
        let bundle = "# ours\n\(SamplePEM.authority)\n\(SamplePEM.authority)\n"
        let stored = try await backend.configure(Self.authority, ca: bundle).value.trust.certificateAuthorities
        #expect(stored == SamplePEM.authority + SamplePEM.authority)
        #expect(try RawDatabase(backend).text("SELECT certificate_authorities FROM registries") == stored)
    }

    @Test(
        "A private key and other text beside certificates are refused, and nothing is stored", arguments: ["", "RSA ", "ENCRYPTED "],
        [true, false])
    func privateKey(_ kind: String, isFirst: Bool) async throws {
        let backend = try await TestBackend()
        let before = try RawDatabase(backend).everything()
        let key = "-----BEGIN \(kind)PRIVATE KEY-----\nY2FuYXJ5\n-----END \(kind)PRIVATE KEY-----\n"
        let fault = await expectFault(400) {
            try await backend.configure(Self.authority, ca: isFirst ? key + SamplePEM.authority : SamplePEM.authority + key)
        }
        #expect(fault?.message.contains("private key") == true && fault?.message.contains("Y2FuYXJ5") == false)
        let other = await expectFault(400) {
            try await backend.configure(Self.authority, ca: SamplePEM.authority + "pass phrase: canary\n")
        }
        #expect(other?.message.contains("canary") == false)
        #expect(try RawDatabase(backend).everything() == before)
    }

    @Test("No response contains a private key that an earlier version stored, and the next change removes it")
    func storedKey() async throws {
        let backend = try await TestBackend()
        let key = "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n"
        var registry = try await configured(backend)
        registry.trust.certificateAuthorities = "# both\n\(key)\(SamplePEM.authority)"
        let stored = registry
        try await backend.decoratedStore.write { try $0.configure(stored) }
        try await backend.register("\(Self.authority)/team/image")
        #expect(try await backend.registry(Self.authority).trust.certificateAuthorities == SamplePEM.authority)
        let listed = try await backend.backend.listRegistries(in: nil, where: RegistryFilter(), page: .everything(), by: backend.caller())
        #expect(listed.items.map(\.trust.certificateAuthorities) == [SamplePEM.authority])
        #expect(try RawDatabase(backend).text("SELECT certificate_authorities FROM registries")?.contains(key) == true)
        _ = try await backend.configure(Self.authority, approved: true)
        #expect(try RawDatabase(backend).text("SELECT certificate_authorities FROM registries") == SamplePEM.authority)
    }

    @Test(
        "Docker Hub cannot be configured without TLS; other settings are accepted",
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

@Suite("Plain HTTP settings of registries")
struct PlainHTTPTests {
    @Test(
        "`isSSL` follows the plain HTTP setting, and returns to the initial value when it is removed",
        arguments: [("registry.example", true), ("localhost:5000", nil)] as [(String, Bool?)])
    func follows(authority: String, first: Bool?) async throws {
        let backend = try await TestBackend()
        #expect(try await backend.configure(authority, approved: true).value.isSSL == first)
        #expect(try await backend.configure(authority, plain: true).value.isSSL == false)
        #expect(try await backend.configure(authority, approved: false).value.isSSL == false)
        #expect(try await backend.configure(authority, plain: false).value.isSSL == first)
    }

    @Test("Detected TLS stays stored if plain HTTP was never allowed", arguments: [true, false])
    func learned(isSSL: Bool) async throws {
        let backend = try await TestBackend(verifier: StubVerifier { _ in VerificationOutcome(verdict: .absent, isSSL: isSSL) })
        try await backend.register("localhost:5000/team/image")
        #expect(try await backend.configure("localhost:5000", approved: false, plain: false, ca: "", realm: "").value.isSSL == isSSL)
    }

    @Test("The next verification uses the setting")
    func told() async throws {
        let backend = try await TestBackend()
        try await backend.configure("registry.example", plain: true)
        try await backend.register("registry.example/team/image")
        let question = try #require(backend.verifier.requests.last)
        #expect(question.registry.trust == RegistryTrust(isPlainHTTP: true))
        #expect(question.isSSL == false)
    }
}

@Suite("Recording registry configuration")
struct RegistryRecordTests {
    static let authority = "registry.example:5000"

    @Test("A configuration is one action on the registry, with caller and origin")
    func recorded() async throws {
        let backend = try await TestBackend()
        let recorded = try await backend.configure(Self.authority, approved: true)
        let action = try #require(recorded.action)
        #expect(action.kind == .registryUpdate)
        #expect(action.object == .registry(try .init(parsing: Self.authority)))
        #expect(action.state == .success)
        #expect(action.namespace.description == "admin")
        #expect(action.origin == (try await backend.caller().origin))
        #expect(action.origin.isCall)
        #expect(try await backend.actions() == [action])
    }

    @Test("If the action cannot be stored, the registry is unchanged")
    func unrecorded() async throws {
        let backend = try await TestBackend()
        let raw = try RawDatabase(backend)
        try raw.forbidActions()
        let before = try raw.everything()
        await #expect(throws: StoreError.self) { try await backend.configure(Self.authority, approved: true) }
        #expect(try raw.everything() == before)
    }

    @Test("A refused configuration is not recorded")
    func refused() async throws {
        let backend = try await TestBackend()
        await expectFault(400) { try await backend.configure(Self.authority, ca: "x") }
        #expect(try await backend.actions().isEmpty)
    }
}
