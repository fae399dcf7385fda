import Domain
import NIOHTTP1
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Token challenges", .serialized)
struct TokenChallengeTests {
    @Test("A registry that accepts both schemes receives a token, never the credential", arguments: [true, false])
    func both(_ isBearerFirst: Bool) async throws {
        try await withTokens { registry, tokens, verification in
            let fields = [tokens.challenge(), #"Basic realm="a""#]
            registry.set(.challenge((isBearerFirst ? fields : fields.reversed()).joined(separator: ", ")), for: "GET", "/v2/")
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "accepted")
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("A registry that accepts both schemes does not receive the credential if its realm is not allowed")
    func noWayRound() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let challenge = RegistryReply.challenge(#"Bearer realm="https://auth.example/token", Basic realm="a""#)
            for path in ["/v2/", tagsPath] { registry.set(challenge, for: "GET", path) }
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(outcome.kind == "forbidden")
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test("A registry that challenges only at the repository receives a token there")
    func atRepository() async throws {
        try await withTokens { registry, tokens, verification in
            registry.set(.json(200, "{}"), for: "GET", "/v2/")
            let outcome = try await verification.run(registry)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(outcome.realm == tokens.realm)
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1", "GET \(tagsPath)?n=1"])
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("A registry that challenges only pushes receives a token for the push")
    func atPush() async throws {
        try await withTokens(.canary, TestVerification(depth: .push)) { registry, tokens, verification in
            for path in ["/v2/", tagsPath] { registry.set(.json(200, "{}"), for: "GET", path) }
            let outcome = try await verification.run(registry)
            #expect(outcome.granted == Grants(pull: .yes, push: .yes))
            #expect(outcome.realm == tokens.realm)
            // The upload is cancelled with the token of the push, without a token, and with a token that may delete.
            #expect(registry.requests.map(\.method) == ["GET", "GET", "POST", "POST", "DELETE", "DELETE", "DELETE"])
            #expect(tokens.scopes == [["repository:team/image:pull,push"], ["repository:team/image:delete"]])
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("A wrong credential that is needed only for pushes does not grant the push")
    func wrongAtPush() async throws {
        var behavior = TokenBehavior.canary
        behavior.users = [:]
        try await withTokens(behavior, TestVerification(depth: .push)) { registry, tokens, verification in
            for path in ["/v2/", tagsPath] { registry.set(.json(200, "{}"), for: "GET", path) }
            let outcome = try await verification.run(registry)
            #expect(outcome.granted == Grants(pull: .yes, push: .no))
            #expect(tokens.scopes == [["repository:team/image:pull,push"], ["repository:team/image:pull"]])
            #expect(registry.requests.map(\.method) == ["GET", "GET", "POST"])
            expectSecrecy(outcome, registry, tokens)
        }
    }

    @Test("A token that the registry rejects is inconclusive about the credential")
    func notTaken() async throws {
        try await withTokens { registry, tokens, verification in
            tokens.server.set(.json(200, #"{"token":"another"}"#), for: "GET", "/token")
            let outcome = try await verification.run(registry)
            #expect(outcome.kind == "inconclusive")
            #expect(outcome.text.hasPrefix("\(registry.authority) rejected a token from its own realm ("))
            // A token for the list and a token for the manifest.
            #expect(tokens.scopes == [["repository:team/image:pull"], ["repository:team/image:pull"]])
        }
    }

    @Test("A refusal of a token denies the repository, not the login", arguments: [401, 403])
    func refused(_ status: Int) async throws {
        try await withTokens(.canary, TestVerification(depth: .push)) { registry, tokens, verification in
            registry.hideManifest()
            registry.set(for: "GET", tagsPath) { request in
                request.authorization == nil ? .challenge(tokens.challenge()) : .error(status, "DENIED", "not yours")
            }
            let outcome = try await verification.run(registry)
            let denial = "denied access to the repository with this user name and password"
            let status = "\(ResponseStatus(status)), 'DENIED: not yours'"
            #expect(outcome.verdict == .denied(reason: "\(registry.authority) \(denial) (\(status))"))
            #expect(outcome.realm == tokens.realm)
            #expect(!registry.requests.contains { $0.method == "POST" })
        }
    }

    @Test("A redirect to another origin does not receive the token", arguments: [301, 302, 303, 307, 308], [tagsPath, uploadsPath])
    func redirects(_ status: Int, _ path: String) async throws {
        try await FaultyRegistry.run(.open) { target in
            try await withTokens(.canary, TestVerification(depth: .push)) { registry, _, verification in
                for method in ["GET", "POST"] { registry.set(.redirect(status, to: "http://\(target.authority)/v2/"), for: method, path) }
                let outcome = try await verification.run(registry)
                #expect(outcome.kind == (path == tagsPath ? "inconclusive" : "accepted"))
                #expect(outcome.granted.push == .unknown)
                #expect(registry.requests.contains { $0.path == path && $0.authorization != nil })
            }
            #expect(target.openings.isEmpty)
        }
    }

    @Test(
        "A redirect to an allowed origin is followed without the token, and one within the origin with it", arguments: [true, false])
    func followed(_ isOwn: Bool) async throws {
        try await FaultyRegistry.run(.open) { target in
            target.set(.json(200, "{}"), for: "GET", "/list")
            let verification = TestVerification(allowed: [target.authority])
            try await withTokens(.canary, verification) { registry, tokens, verification in
                registry.set(.redirect(to: isOwn ? "/list" : "http://\(target.authority)/list"), for: "GET", tagsPath)
                registry.set(.json(200, "{}"), for: "GET", "/list")
                let outcome = try await verification.run(registry)
                let accepted = VerificationOutcome(
                    verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false, realm: tokens.realm)
                #expect(outcome == accepted)
                #expect(registry.authorizations.count == (isOwn ? 2 : 1) && Set(registry.authorizations).count == 1)
                expectSecrecy(outcome, registry, tokens)
            }
            #expect(target.lines == (isOwn ? [] : ["GET /list"]) && target.authorizations.isEmpty)
        }
    }

    @Test("An upload location on another host does not receive the token", arguments: ElsewhereRow.all)
    func uploads(_ row: ElsewhereRow) async throws {
        try await FaultyRegistry.run(.open) { target in
            try await withTokens(.canary, TestVerification(depth: .push)) { registry, _, verification in
                registry.set(for: "POST", uploadsPath) { _ in
                    .answer(status: 202, headers: ["Location": row.location(registry.authority, target.authority)])
                }
                let outcome = try await verification.run(registry)
                #expect(outcome.granted.push == .unknown)
                #expect(registry.lines.last == "POST \(uploadsPath)")
            }
            #expect(target.openings.isEmpty)
        }
    }
}
