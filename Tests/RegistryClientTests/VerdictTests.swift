import Domain
import NIOHTTP1
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Verdicts from a registry's responses", .serialized)
struct VerdictTests {
    @Test("A valid credential is accepted")
    func accepted() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await TestVerification().run(registry)
            #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"])
            #expect(registry.authorizations == [Canary.authorization])
        }
    }

    @Test("A public repository on an open registry is accepted without a note")
    func anonymous() async throws {
        try await FaultyRegistry.run(.open) { registry in
            let outcome = try await TestVerification(credential: nil).run(registry)
            let accepted = VerificationOutcome(
                verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false, isAuthenticated: false)
            #expect(outcome == accepted)
        }
    }

    @Test("A repository that does not exist yet is absent", arguments: [RegistryBehavior.basic, .open])
    func absent(_ behavior: RegistryBehavior) async throws {
        try await FaultyRegistry.run(behavior) { registry in
            let credential = behavior.users.isEmpty ? nil : Canary.credential
            let outcome = try await TestVerification(repository: "team/other", credential: credential).run(registry)
            #expect(outcome == VerificationOutcome(verdict: .absent, isSSL: false, isAuthenticated: !behavior.users.isEmpty))
        }
    }

    @Test("A wrong credential is refused with the registry's reason")
    func wrong() async throws {
        let behavior = RegistryBehavior(users: [Canary.username: "another"], repositories: ["team/image"])
        try await FaultyRegistry.run(behavior) { registry in
            let outcome = try await TestVerification().run(registry)
            let reason: ErrorText = "\(registry.authority) rejected this user name and password (401 Unauthorized)"
            #expect(outcome == VerificationOutcome(verdict: .refused(reason: reason), isSSL: false, isLoginRefused: true))
            #expect(registry.authorizations.count == 2, "one for the list, one for the manifest")
        }
    }

    @Test("A credential without rights to the repository is denied with the registry's reason")
    func forbidden() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let manifest = "/v2/team/image/manifests/latest"
            registry.set(.error(403, "DENIED", "not yours"), for: "GET", tagsPath)
            registry.set(.html(403), for: "HEAD", manifest)
            let outcome = try await TestVerification(depth: .push).run(registry)
            let reason = "denied access to the repository with this user name and password (403 Forbidden, 'DENIED: not yours')"
            #expect(outcome.verdict == .denied(reason: "\(registry.authority) \(reason)"))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1", "HEAD \(manifest)"])
            #expect(registry.authorizations.count == 2)
        }
    }

    @Test(
        "A refusal with an incomplete body is still a refusal",
        arguments: [.truncated(status: 401), .truncated(status: 401, headers: ["WWW-Authenticate": "Basic"]), .truncated(status: 403)]
            as [RegistryReply])
    func truncated(_ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.intercept { $0.path == tagsPath || $0.path.contains("/manifests/") ? reply : nil }
            let outcome = try await TestVerification(depth: .push).run(registry)
            let status = if case .truncated(let status, _) = reply { status } else { 0 }
            let denial: ErrorText = "\(registry.authority) denied access to the repository with this user name and password (403 Forbidden)"
            let rejection: ErrorText = "\(registry.authority) rejected this user name and password (401 Unauthorized)"
            #expect(outcome.verdict == (status == 403 ? .denied(reason: denial) : .refused(reason: rejection)))
            #expect(outcome.isReached && outcome.granted == Grants() && outcome.isLoginRefused == (status == 401))
            #expect(!registry.requests.contains { $0.method == "POST" })
        }
    }

    @Test("A refusal of a token with an incomplete body is still a refusal", arguments: [401, 403])
    func truncatedWithToken(_ status: Int) async throws {
        try await withTokens(.canary, TestVerification(depth: .push)) { registry, tokens, verification in
            registry.hideManifest()
            registry.set(for: "GET", tagsPath) { request in
                request.authorization == nil ? .challenge(tokens.challenge()) : .truncated(status: status)
            }
            let outcome = try await verification.run(registry)
            let reason = "denied access to the repository with this user name and password (\(ResponseStatus(status)))"
            #expect(outcome.verdict == .denied(reason: "\(registry.authority) \(reason)"))
            #expect(!registry.requests.contains { $0.method == "POST" })
        }
    }

    @Test("A repository without a credential is refused by a registry that demands a password")
    func publicOnBasic() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await TestVerification(credential: nil).run(registry)
            #expect(outcome.verdict == .refused(reason: "\(registry.authority) requires a user name and a password (401 Unauthorized)"))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"])
        }
    }

    @Test("A repository without a credential is refused if only the repository itself demands a password")
    func publicOnBasicRepository() async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.challenge(#"Basic realm="a""#), for: "GET", tagsPath)
            let outcome = try await TestVerification(credential: nil).run(registry)
            #expect(outcome.kind == "refused")
        }
    }

    @Test("A credential that an open registry does not demand is accepted with a note and not sent")
    func unasked() async throws {
        try await FaultyRegistry.run(.open) { registry in
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "accepted")
            #expect(outcome.text == "\(registry.authority) allows anonymous reads and did not request the credential")
            #expect(!outcome.isAuthenticated)
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test("A bearer challenge without a realm is unsupported")
    func bearer() async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.challenge(#"Bearer service="registry.example""#), for: "GET", tagsPath)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "unsupported", "\(outcome)")
            #expect(outcome.text.contains("bearer"))
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test("401 without a scheme is a refusal, and the credential is not sent", arguments: ["", "@@@", nil])
    func unchallenged(_ field: String?) async throws {
        try await FaultyRegistry.run(.open) { registry in
            let reply = if let field { RegistryReply.challenge(field) } else { RegistryReply.html(401) }
            registry.set(reply, for: "GET", tagsPath)
            let outcome = try await TestVerification().run(registry)
            let reason = "rejected the request without naming an authentication scheme (401 Unauthorized)"
            #expect(outcome.verdict == .refused(reason: "\(registry.authority) \(reason)"))
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test("The supported one of several challenges is used, in any position")
    func severalChallenges() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.challenge(#"Bearer service="a""#, #"Negotiate, Basic realm="a""#), for: "GET", "/v2/")
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "accepted")
        }
    }
}

extension RegistryBehavior: CustomTestStringConvertible {
    package var testDescription: String { users.isEmpty ? "open" : "basic" }
}
