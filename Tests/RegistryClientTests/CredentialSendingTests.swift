import Domain
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

@Suite("Recipients of credentials", .serialized)
struct CredentialSendingTests {
    @Test("The first request is anonymous, and the credential is sent after a Basic challenge")
    func afterChallenge() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            _ = try await TestVerification(depth: .push).run(registry)
            let first = try #require(registry.requests.first)
            #expect(first.line == "GET /v2/")
            #expect(first.authorization == nil)
            #expect(registry.requests.dropFirst().allSatisfy { $0.authorization == Canary.authorization })
        }
    }

    @Test("The credential is also sent after a Basic challenge of the repository alone")
    func afterChallengeOfRepository() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.json(200, "{}"), for: "GET", "/v2/")
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1", "GET \(tagsPath)?n=1"])
            #expect(registry.requests.map(\.authorization) == [nil, nil, Canary.authorization])
        }
    }

    @Test(
        "The credential is not sent after other responses", arguments: ["/v2/", tagsPath],
        [
            .bearer, .challenge("Digest realm=\"a\""), .challenge("Basically realm=\"a\""), .challenge("\"Basic\""), .challenge(""),
            .answer(status: 403, headers: ["WWW-Authenticate": "Basic realm=\"a\""]),
            .answer(status: 407, headers: ["Proxy-Authenticate": "Basic realm=\"a\""]),
            .answer(status: 302, headers: ["WWW-Authenticate": "Basic realm=\"a\"", "Location": "/v2/"]),
            .answer(status: 500, headers: ["WWW-Authenticate": "Basic realm=\"a\""]),
            .answer(status: 401, headers: ["Authorization": "Basic", "X-WWW-Authenticate": "Basic"]),
        ] as [RegistryReply])
    func notOtherwise(_ path: String, _ reply: RegistryReply) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(reply, for: "GET", path)
            _ = try await TestVerification(depth: .push).run(registry)
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test(
        "A redirect of /v2/ or of an upload is not followed, and the verification continues",
        arguments: [301, 302, 303, 307, 308], ["/v2/", uploadsPath])
    func unfollowed(_ status: Int, _ path: String) async throws {
        try await FaultyRegistry.run(.basic) { target in
            try await FaultyRegistry.run(.basic) { registry in
                let reply = RegistryReply.redirect(status, to: "http://\(target.authority)/v2/")
                for method in ["GET", "POST"] { registry.set(reply, for: method, path) }
                // Even if the target is allowed.
                let outcome = try await TestVerification(depth: .push, allowed: [target.authority]).run(registry)
                let granted = Grants(pull: .yes, push: path == uploadsPath ? .unknown : .yes)
                #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: granted, isSSL: false))
                #expect(registry.requests.contains { $0.path == path })
            }
            #expect(target.requests.isEmpty)
            #expect(target.openings.isEmpty)
        }
    }

    @Test(
        "A redirect of a tag list to a port that is not allowed is not followed, and the reason says so",
        arguments: [301, 302, 303, 307, 308])
    func forbiddenPort(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { target in
            try await FaultyRegistry.run(.basic) { registry in
                registry.set(.redirect(status, to: "http://\(target.authority)/v2/"), for: "GET", tagsPath)
                let outcome = try await TestVerification(depth: .push).run(registry)
                guard case .inconclusive(let reason) = outcome.verdict else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(reason.failure.hasPrefix("\(target.authority), to which \(registry.authority) redirects, is on the server's own"))
                #expect(reason.advice?.hasSuffix("'docker-cloud registry trust \(target.authority)'") == true)
                #expect(outcome.granted == Grants() && outcome.isReached && !outcome.isAuthenticated)
                #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"] + Self.manifestLines)
            }
            #expect(target.requests.isEmpty)
            #expect(target.openings.isEmpty)
        }
    }

    private static let manifestLines = ["HEAD", "GET"].map { "\($0) /v2/team/image/manifests/latest" }

    @Test("A redirect of a tag list to a disguised host is not followed", arguments: ElsewhereRow.all)
    func forbiddenPlace(_ row: ElsewhereRow) async throws {
        try await FaultyRegistry.run(.basic) { target in
            try await FaultyRegistry.run(.basic) { registry in
                registry.set(.redirect(to: row.location(registry.authority, target.authority)), for: "GET", tagsPath)
                let outcome = try await TestVerification(depth: .push).run(registry)
                #expect(outcome.kind == "inconclusive", "\(outcome)")
                #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"] + Self.manifestLines)
            }
            #expect(target.openings.isEmpty)
        }
    }

    @Test("A redirect of a tag list to another origin is followed without the credential", arguments: [301, 302, 303, 307, 308])
    func otherOrigin(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { target in
            target.set(.json(200, #"{"name":"team/image","tags":[]}"#), for: "GET", "/list")
            try await FaultyRegistry.run(.basic) { registry in
                registry.set(.redirect(status, to: "http://\(target.authority)/list?a=b"), for: "GET", tagsPath)
                let outcome = try await TestVerification(allowed: [target.authority]).run(registry)
                #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false))
                #expect(registry.authorizations == [Canary.authorization])
            }
            #expect(target.lines == ["GET /list?a=b"])
            #expect(target.authorizations.isEmpty)
        }
    }

    @Test("A redirect of a tag list within its origin is followed with the credential", arguments: [301, 302, 303, 307, 308])
    func sameOrigin(_ status: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.redirect(status, to: "/list?a=b"), for: "GET", tagsPath)
            registry.set(.json(200, #"{"name":"team/image","tags":[]}"#), for: "GET", "/list")
            let outcome = try await TestVerification().run(registry)
            #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1", "GET /list?a=b"])
            #expect(registry.authorizations == [Canary.authorization, Canary.authorization])
        }
    }

    @Test("Nothing is sent to the realm of a Basic challenge, which is a name only")
    func realm() async throws {
        try await FaultyRegistry.run(.basic) { target in
            try await FaultyRegistry.run(.basic) { registry in
                registry.set(
                    .challenge(#"Basic realm="http://\#(target.authority)/",service="\#(target.authority)""#), for: "GET", "/v2/")
                let outcome = try await TestVerification(depth: .push).run(registry)
                #expect(outcome.kind == "accepted")
            }
            #expect(target.openings.isEmpty)
        }
    }

    @Test("Requests have a user agent, no cookie, no referrer and no body, and the credential in the Authorization field only")
    func headers() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(for: "GET", "/v2/") { _ in
                .answer(status: 401, headers: ["WWW-Authenticate": "Basic", "Set-Cookie": "a=b"])
            }
            _ = try await TestVerification(depth: .push).run(registry)
            for request in registry.requests {
                #expect(request.bodySize == 0)
                let names = Set(request.headers.map { $0.name.lowercased() })
                #expect(
                    names.isSubset(of: ["host", "user-agent", "accept", "authorization", "content-length", "accept-encoding"]), "\(names)")
                #expect(request.headers["Accept-Encoding"] == ["identity"])
                let others = request.headers.filter { $0.name.lowercased() != "authorization" }.map(\.value)
                #expect(Canary.traces(in: "\(request.target) \(others)").isEmpty)
                #expect(request.headers.first(name: "Host") == registry.authority)
            }
        }
    }
}
