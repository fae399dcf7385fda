import Domain
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Verification with tokens", .serialized)
struct TokenVerdictTests {
    @Test("A valid credential is accepted, and a push check shows the right to push", arguments: [VerificationDepth.pull, .push])
    func accepted(_ depth: VerificationDepth) async throws {
        try await withTokens(.canary, TestVerification(depth: depth)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            let granted = Grants(pull: .yes, push: depth == .push ? .yes : .unknown)
            #expect(
                outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: granted, isSSL: false, realm: tokens.realm))
            let push = ["POST \(uploadsPath)", "DELETE \(uploadsPath)1?_state=s", "DELETE \(uploadsPath)1?_state=s"]
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"] + (depth == .push ? push : []))
            #expect(registry.requests.first?.authorization == nil)
            let scopes =
                ["repository:team/image:pull"]
                + (depth == .push ? ["repository:team/image:pull,push", "repository:team/image:delete"] : [])
            #expect(tokens.questions.map { $0["scope"] } == scopes, "a token is requested once")
            #expect(tokens.server.authorizations.allSatisfy { $0 == Canary.authorization })
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("The token request names this repository and the registry's service")
    func request() async throws {
        try await withTokens { registry, tokens, verification in
            _ = try await verification.run(registry)
            #expect(
                tokens.server.lines == [
                    "GET /token?service=Test%20registry%20%26%20more&scope=repository%3Ateam%2Fimage%3Apull&client_id=lighterman"
                ])
        }
    }

    @Test("The query of a realm's URL is kept")
    func query() async throws {
        try await withTokens { registry, tokens, verification in
            let challenge = tokens.challenge().replacing("/token\"", with: "/token?tenant=a%2Fb&x=\"")
            registry.set(.challenge(challenge), for: "GET", "/v2/")
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "accepted")
            #expect(outcome.realm == tokens.realm)
            #expect(tokens.server.lines.first?.hasPrefix("GET /token?tenant=a%2Fb&x=&service=Test%20registry") == true)
        }
    }

    @Test("A wrong credential is refused with the realm's reason and not sent to the registry", arguments: [false, true])
    func wrong(_ isPostOnly: Bool) async throws {
        var behavior = TokenBehavior.canary
        behavior.users = [Canary.username: "another"]
        behavior.isPostOnly = isPostOnly
        try await withTokens(behavior) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            let realm = "The token realm \(tokens.authority) of \(registry.authority)"
            let status = "401 Unauthorized, 'incorrect username or password'"
            let reason: ErrorText = "\(realm) rejected this user name and password (\(status))"
            #expect(outcome == VerificationOutcome(verdict: .refused(reason: reason), isSSL: false, isLoginRefused: true))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"])
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("A credential that may pull but not push is accepted without the right to push", arguments: [VerificationDepth.pull, .push])
    func pullOnly(_ depth: VerificationDepth) async throws {
        try await withTokens(.canary(may: ["pull"]), TestVerification(depth: depth)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(outcome.granted == Grants(pull: .yes, push: depth == .push ? .no : .unknown))
            #expect(!registry.requests.contains { $0.method == "DELETE" })
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("A credential without the right to delete is granted the push, and its upload is not cancelled")
    func noDelete() async throws {
        try await withTokens(.canary(may: ["pull", "push"]), TestVerification(depth: .push)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            #expect(outcome.granted == Grants(pull: .yes, push: .yes))
            #expect(
                tokens.questions.map { $0["scope"] } == [
                    "repository:team/image:pull", "repository:team/image:pull,push", "repository:team/image:delete",
                ])
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test(
        "A realm that refuses a scope beyond the user's rights denies the push, not the pull", arguments: [VerificationDepth.pull, .push])
    func strict(_ depth: VerificationDepth) async throws {
        var behavior = TokenBehavior.canary(may: ["pull"])
        behavior.isStrict = true
        try await withTokens(behavior, TestVerification(depth: depth)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(outcome.granted == Grants(pull: .yes, push: depth == .push ? .no : .unknown))
            let scopes = ["repository:team/image:pull"] + (depth == .push ? ["repository:team/image:pull,push"] : [])
            #expect(tokens.questions.map { $0["scope"] } == scopes)
            let uploads = depth == .push ? ["POST /v2/team/image/blobs/uploads/"] : []
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"] + uploads)
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("A credential without rights to the repository is denied by the realm or by the registry", arguments: [false, true])
    func notThis(_ isStrict: Bool) async throws {
        var behavior = TokenBehavior.canary(may: [])
        behavior.isStrict = isStrict
        try await withTokens(behavior, TestVerification(depth: .push)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            let subject = isStrict ? "The token realm \(tokens.authority) of \(registry.authority)" : registry.authority
            let denial = "denied access to the repository with this user name and password"
            let status = isStrict ? "403 Forbidden" : "401 Unauthorized"
            #expect(outcome.verdict == .denied(reason: "\(subject) \(denial) (\(status))"))
            #expect(outcome.granted == Grants())
            // One for the list, one for the manifest.
            #expect(tokens.server.requests.count == 2)
            #expect(tokens.questions.allSatisfy { $0["scope"] == "repository:team/image:pull" })
            #expect(!registry.requests.contains { $0.method == "POST" })
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("A repository that does not exist yet is absent, and the tokens show the rights", arguments: [VerificationDepth.pull, .push])
    func absent(_ depth: VerificationDepth) async throws {
        try await withTokens(.canary, TestVerification(repository: "team/new", depth: depth)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            let granted = Grants(pull: .yes, push: depth == .push ? .yes : .unknown)
            #expect(outcome == VerificationOutcome(verdict: .absent, granted: granted, isSSL: false, realm: tokens.realm))
        }
    }

    @Test("An anonymous token reads a public repository", arguments: [false, true])
    func anonymous(_ isStrict: Bool) async throws {
        var behavior = TokenBehavior.everybody(may: ["pull"])
        behavior.isStrict = isStrict
        try await withTokens(behavior, TestVerification(credential: nil, depth: .push)) { registry, tokens, verification in
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(outcome.granted == Grants(pull: .yes, push: .no))
            #expect(outcome.realm == tokens.realm)
            #expect(tokens.server.authorizations.isEmpty)
        }
    }

    @Test("A repository that is not public is refused without a credential")
    func notPublic() async throws {
        try await withTokens(.canary, TestVerification(credential: nil)) { registry, _, verification in
            let outcome = try await verification.run(registry)
            let reason = "denied anonymous access to the repository (401 Unauthorized)"
            #expect(outcome.verdict == .refused(reason: "\(registry.authority) \(reason)"))
        }
    }

    @Test("A realm that issues no anonymous token refuses anonymous reading", arguments: [401, 403])
    func noTokenForEverybody(_ status: Int) async throws {
        try await withTokens(.canary, TestVerification(credential: nil)) { registry, tokens, verification in
            tokens.server.set(.error(status, "UNAUTHORIZED", "who are you?"), for: "GET", "/token")
            let outcome = try await verification.run(registry)
            let realm = "The token realm \(tokens.authority) of \(registry.authority)"
            let status = "\(ResponseStatus(status)), 'UNAUTHORIZED: who are you?'"
            #expect(outcome.verdict == .refused(reason: "\(realm) denied anonymous access to the repository (\(status))"))
            #expect(tokens.questions.allSatisfy { $0["scope"] == "repository:team/image:pull" })
        }
    }

    @Test("All forms of tokens are accepted", arguments: TokenShape.all)
    func shapes(_ shape: TokenShape) async throws {
        var behavior = TokenBehavior.canary
        shape.change(&behavior)
        for depth in [VerificationDepth.pull, .push] {
            try await withTokens(behavior, TestVerification(depth: depth)) { registry, tokens, verification in
                let outcome = try await verification.run(registry)
                #expect(outcome.verdict == .accepted(note: nil))
                #expect(outcome.granted == Grants(pull: .yes, push: depth == .push ? .yes : .unknown))
                expectSecrecy(outcome, registry, tokens)
            }
        }
    }
}

struct TokenShape: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout TokenBehavior) -> Void

    static let all = [
        TokenShape(testDescription: "opaque") { $0.isOpaque = true },
        TokenShape(testDescription: "access_token only") { $0.members = ["access_token"] },
        TokenShape(testDescription: "both names") { $0.members = ["token", "access_token"] },
        TokenShape(testDescription: "no expires_in") { $0.expiresIn = nil },
        TokenShape(testDescription: "it has expired") { $0.expiresIn = 0 },
        TokenShape(testDescription: "requested with a form") { $0.isPostOnly = true },
        TokenShape(testDescription: "all at once") {
            $0.isOpaque = true
            $0.members = ["access_token"]
            $0.expiresIn = nil
            $0.isPostOnly = true
        },
    ]
}
