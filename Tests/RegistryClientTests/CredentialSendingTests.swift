import Domain
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

@Suite("Where a credential is sent", .serialized)
struct CredentialSendingTests {
    @Test("The first contact is always anonymous, and the credential follows a Basic challenge")
    func afterChallenge() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            _ = try await Question(depth: .push).ask(registry)
            let first = try #require(registry.requests.first)
            #expect(first.line == "GET /v2/")
            #expect(first.authorization == nil)
            #expect(registry.requests.dropFirst().allSatisfy { $0.authorization == Canary.authorization })
        }
    }

    @Test("The credential also follows a challenge that only the repository makes")
    func afterChallengeOfRepository() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.json(200, "{}"), for: "GET", "/v2/")
            let outcome = try await Question().ask(registry)
            #expect(outcome.verdict == .accepted(note: nil))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1", "GET \(tagsPath)?n=1"])
            #expect(registry.requests.map(\.authorization) == [nil, nil, Canary.authorization])
        }
    }

    @Test(
        "No other answer brings the credential out", arguments: ["/v2/", tagsPath],
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
            _ = try await Question(depth: .push).ask(registry)
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test("A redirect is not followed, whatever asks for it", arguments: [301, 302, 303, 307, 308], ["/v2/", tagsPath, uploadsPath])
    func redirects(_ status: Int, _ path: String) async throws {
        try await FaultyRegistry.run(.basic) { target in
            try await FaultyRegistry.run(.basic) { registry in
                let reply = RegistryReply.redirect(status, to: "http://\(target.authority)/v2/")
                for method in ["GET", "POST"] { registry.set(reply, for: method, path) }
                let outcome = try await Question(depth: .push).ask(registry)
                #expect(path == uploadsPath ? outcome.granted.push == .unknown : outcome.kind == "silent")
                #expect(registry.requests.contains { $0.path == path })
            }
            #expect(target.requests.isEmpty)
            #expect(target.openings.isEmpty)
        }
    }

    @Test("A realm is a name and not an address: nothing is sent to it")
    func realm() async throws {
        try await FaultyRegistry.run(.basic) { target in
            try await FaultyRegistry.run(.basic) { registry in
                registry.set(
                    .challenge(#"Basic realm="http://\#(target.authority)/",service="\#(target.authority)""#), for: "GET", "/v2/")
                let outcome = try await Question(depth: .push).ask(registry)
                #expect(outcome.kind == "accepted")
            }
            #expect(target.openings.isEmpty)
        }
    }

    @Test("Requests have a user agent, no cookie, no referrer and no body, and the credential only where it belongs")
    func headers() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(for: "GET", "/v2/") { _ in
                .answer(status: 401, headers: ["WWW-Authenticate": "Basic", "Set-Cookie": "a=b"])
            }
            _ = try await Question(depth: .push).ask(registry)
            for request in registry.requests {
                #expect(request.bodySize == 0)
                let names = Set(request.headers.map { $0.name.lowercased() })
                #expect(names.isSubset(of: ["host", "user-agent", "accept", "authorization", "content-length"]), "\(names)")
                let others = request.headers.filter { $0.name.lowercased() != "authorization" }.map(\.value)
                #expect(Canary.traces(in: "\(request.target) \(others)").isEmpty)
                #expect(request.headers.first(name: "Host") == registry.authority)
            }
        }
    }
}
