import Domain
import RegistryClient
import TestSupport
import Testing

@Suite(
    "Verification at the CNCF's registry, with tokens", .serialized,
    .enabled(if: DockerRegistry.isInstalled && RegistryCertificate.isPossible, "docker-registry or openssl is not installed"))
struct TokenRegistryTests {
    /// Names and passwords that `skopeo` accepts as arguments.
    static let users = ["alice": #"pass+word/%41"é"#, "bob": "bob's"]
    static let rights: [String: [String: Set<String>]] = [
        "alice": ["team/image": ["pull", "push", "delete"], "team/new": ["pull", "push", "delete"]], "bob": ["team/image": ["pull"]],
        "": ["team/open": ["pull"]],
    ]

    @Test("A valid password is accepted, and a push check shows the right to push", arguments: [VerificationDepth.pull, .push])
    func accepted(_ depth: VerificationDepth) async throws {
        try await Self.run { registry, tokens in
            let outcome = try await Self.verify(registry, tokens, as: "alice", depth: depth)
            let granted = Grants(pull: .yes, push: depth == .push ? .yes : .unknown)
            #expect(
                outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: granted, isSSL: false, realm: tokens.realm))
            #expect(registry.unfinishedUploads(in: "team/image").isEmpty)
        }
    }

    @Test("A user with the right to pull only is not granted the push", arguments: [VerificationDepth.pull, .push])
    func pullOnly(_ depth: VerificationDepth) async throws {
        try await Self.run { registry, tokens in
            let outcome = try await Self.verify(registry, tokens, as: "bob", depth: depth)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(outcome.granted == Grants(pull: .yes, push: depth == .push ? .no : .unknown))
        }
    }

    @Test("A repository that does not exist yet is absent and can be pushed")
    func absent() async throws {
        try await Self.run { registry, tokens in
            let outcome = try await Self.verify(registry, tokens, as: "alice", "team/new", depth: .push)
            #expect(outcome.verdict == .absent)
            #expect(outcome.granted == Grants(pull: .yes, push: .yes))
            #expect(registry.hasTraces(of: "team/new") && registry.unfinishedUploads(in: "team/new").isEmpty)
        }
    }

    @Test("A user without rights is denied by the registry, and an anonymous client is refused", arguments: ["bob", nil])
    func notThis(_ user: String?) async throws {
        try await Self.run { registry, tokens in
            let outcome = try await Self.verify(registry, tokens, as: user, "team/new")
            #expect(outcome.kind == (user == nil ? "refused" : "denied"))
            let denial = user == nil ? "anonymous access to the repository" : "access to the repository with this user name and password"
            #expect(outcome.text == "\(registry.authority) denied \(denial) (401 Unauthorized)")
        }
    }

    @Test("An anonymous client has the rights that all users have", arguments: [VerificationDepth.pull, .push])
    func anonymous(_ depth: VerificationDepth) async throws {
        try await Self.run { registry, tokens in
            let outcome = try await Self.verify(registry, tokens, as: nil, "team/open", depth: depth)
            #expect(outcome.verdict == .absent)
            #expect(outcome.granted == Grants(pull: .yes, push: depth == .push ? .no : .unknown))
        }
    }

    @Test("A wrong password is refused by the realm")
    func wrong() async throws {
        try await Self.run { registry, tokens in
            let verification = TestVerification(
                credential: Credential(username: Secret("alice"), password: Secret("no")), realm: tokens.realm)
            let outcome = try await verification.run(registry.authority)
            #expect(outcome.text.hasSuffix("rejected this user name and password (401 Unauthorized, 'incorrect username or password')"))
        }
    }

    @Test("A realm whose tokens the registry rejects is inconclusive about the credential")
    func notBelieved() async throws {
        try await Self.run { registry, tokens in
            tokens.server.set(.json(200, #"{"token":"e30.e30.c2ln"}"#), for: "GET", "/token")
            let outcome = try await Self.verify(registry, tokens, as: "alice")
            #expect(outcome.kind == "inconclusive")
            #expect(outcome.text.contains("rejected a token from its own realm (401 Unauthorized"))
        }
    }

    private static func verify(
        _ registry: DockerRegistry, _ tokens: TokenServer, as user: String?, _ repository: String = "team/image",
        depth: VerificationDepth = .pull
    ) async throws -> VerificationOutcome {
        let credential = user.map { Credential(username: Secret($0), password: Secret(users[$0] ?? "")) }
        let verification = TestVerification(repository: repository, credential: credential, depth: depth, isSSL: nil, realm: tokens.realm)
        return try await verification.run(registry.authority)
    }

    /// Runs a registry that stores `team/image`, and the realm that signs its tokens.
    private static func run(_ body: (DockerRegistry, TokenServer) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            var behavior = TokenBehavior(users: users, rights: rights)
            behavior.signer = try TestTokenSigner(await .selfSigned(in: folder))
            try await TokenServer.run(behavior) { tokens in
                try await DockerRegistry.run(tokens: tokens) { registry in
                    try await registry.push("team/image", as: "alice")
                    try await body(registry, tokens)
                }
            }
        }
    }
}
