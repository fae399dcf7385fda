import Domain
import RegistryClient
import TestSupport
import Testing

@Suite("Verification at registries that hide repositories", .serialized)
struct HiddenRepositoryTests {
    private static let strangers: [RegistryReply] = [
        .error(404, "NAME_UNKNOWN", "none"), .html(404), .error(404, "MANIFEST_UNKNOWN", "none"), .json(200, #"{"tags":[]}"#),
    ]

    /// A registry with tokens that names its realm at `/v2/` and challenges nobody.
    private static func run(
        _ stranger: RegistryReply, _ verification: TestVerification = TestVerification(),
        _ body: (FaultyRegistry, TokenServer, TestVerification) async throws -> Void
    ) async throws {
        try await withTokens(.canary, verification) {
            (registry: FaultyRegistry, tokens: TokenServer, verification: TestVerification) async throws in
            registry.intercept { request in
                if request.path == "/v2/" { return .challenge(tokens.challenge()) }
                guard request.authorization == nil else { return nil }
                if request.path == tagsPath { return stranger }
                if case .answer(404, _, _) = stranger, request.path.contains("/manifests/") { return stranger }
                return .html(404)
            }
            try await body(registry, tokens, verification)
        }
    }

    @Test(
        "A wrong password is refused", arguments: strangers.indices,
        [VerificationCause.request, .schedule, .confirmation])
    func wrong(_ stranger: Int, _ cause: VerificationCause) async throws {
        try await Self.run(Self.strangers[stranger], TestVerification(cause: cause)) {
            (registry: FaultyRegistry, tokens: TokenServer, verification: TestVerification) async throws in
            tokens.change { $0.users[Canary.username] = "another" }
            for repository in ["team/image", "team/new"] {
                var verification = verification
                verification.repository = repository
                let outcome = try await verification.run(registry)
                #expect(outcome.kind == "refused" && outcome.isLoginRefused, "\(outcome)")
            }
        }
    }

    @Test("A failing realm is inconclusive about the credential", arguments: strangers.indices, [500, 503, 404, 0])
    func failing(_ stranger: Int, _ status: Int) async throws {
        try await Self.run(Self.strangers[stranger], TestVerification(depth: .push)) {
            (registry: FaultyRegistry, tokens: TokenServer, verification: TestVerification) async throws in
            tokens.server.intercept { _ in status == 0 ? .raw([], then: .reset) : .html(status) }
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "inconclusive" && outcome.granted == Grants(), "\(outcome)")
        }
    }

    @Test("A repository is absent if the registry says so to the credential", arguments: strangers.indices)
    func absent(_ stranger: Int) async throws {
        try await Self.run(Self.strangers[stranger], TestVerification(repository: "team/new")) {
            (registry: FaultyRegistry, _: TokenServer, verification: TestVerification) async throws in
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .absent && outcome.isAuthenticated, "\(outcome)")
        }
    }

    private static let absences: [RegistryReply] = [
        .error(404, "NAME_UNKNOWN", "none"), .html(404), .error(404, "NOT_FOUND", "none"), .answer(status: 404),
    ]

    @Test(
        "404 without a demand for the credential is inconclusive about it", arguments: absences.indices,
        [VerificationCause.request, .confirmation])
    func unasked(_ absence: Int, _ cause: VerificationCause) async throws {
        try await FaultyRegistry.run(.open) { registry in
            for method in ["GET", "HEAD"] {
                for path in [tagsPath, "/v2/team/image/manifests/latest"] { registry.set(Self.absences[absence], for: method, path) }
            }
            let outcome = try await TestVerification(cause: cause).run(registry)
            #expect(outcome.kind == "inconclusive" && !outcome.isAuthenticated, "\(outcome)")
            #expect(
                cause == .confirmation || outcome.text.hasSuffix("and did not request the user name and password (404 Not Found)"))
            #expect(registry.authorizations.isEmpty)
            guard cause == .request else { return }
            let anonymous = try await TestVerification(credential: nil).run(registry)
            #expect(anonymous.verdict == .absent, "\(anonymous)")
        }
    }

    @Test("A push shows whether a registry with anonymous reading accepts the credential", arguments: absences.indices, [true, false])
    func publicReading(_ absence: Int, _ isRight: Bool) async throws {
        var behavior = RegistryBehavior(users: [Canary.username: isRight ? Canary.password : "another"], isPublic: true)
        behavior.contents = [tagsPath: Self.absences[absence], "/v2/team/image/manifests/latest": .html(404)]
        try await FaultyRegistry.run(behavior) { (registry: FaultyRegistry) async throws in
            registry.set(.json(200, "{}"), for: "GET", "/v2/")
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(outcome.kind == (isRight ? "absent" : "inconclusive") && outcome.granted.push == (isRight ? .yes : .no), "\(outcome)")
        }
    }
}
