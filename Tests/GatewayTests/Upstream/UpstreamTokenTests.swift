import Domain
import Naming
import Operations
import Storage
import TestSupport
import Testing

@Suite("Upstream tokens")
struct UpstreamTokenTests {
    private static let blob = "blobs/\(Sample.blobDigest)"

    private func run(_ body: (Fixture, TokenServer) async throws -> Void) async throws {
        let rights: Set<String> = ["pull", "push", "delete"]
        var tokens = TokenBehavior(users: Canary.behavior, rights: [Canary.username: ["team/image": rights, "team/other": rights]])
        tokens.isOpaque = true
        try await TokenServer.run(tokens) { server in
            var behavior = RegistryBehavior(repositories: ["team/image"], tokens: server)
            behavior.contents = Sample.contents(of: "team/image").merging(Sample.contents(of: "team/other")) { $1 }
            try await Fixture.run(behavior) { fixture in
                let trust = RegistryTrust(isApproved: true, realm: server.realm)
                let registry = Registry(authority: try RegistryAuthority(parsing: fixture.registry.authority), isSSL: false, trust: trust)
                try await fixture.backend.decoratedStore.write { try $0.configure(registry) }
                try await body(fixture, server)
            }
        }
    }

    @Test("Simultaneous pulls share one token; pushes and other repositories have their own")
    func shared() async throws {
        try await run { fixture, tokens in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 { group.addTask { try await fixture.send("GET", Self.blob).status } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(tokens.questions.map { $0["scope"] } == ["repository:team/image:pull"])
            try await fixture.register("team/other", Canary.username, Canary.password)
            _ = try await fixture.send("POST", "blobs/uploads/")
            _ = try await fixture.send("GET", Self.blob, of: "team/other")
            #expect(
                tokens.questions.compactMap { $0["scope"] }.dropFirst() == [
                    "repository:team/image:pull,push", "repository:team/other:pull",
                ])
            for request in fixture.registry.requests { #expect(Canary.traces(in: "\(request.headers) \(request.target)").isEmpty) }
        }
    }

    @Test("A token that the registry revoked is renewed exactly once")
    func renewed() async throws {
        try await run { fixture, tokens in
            _ = try await fixture.send("GET", Self.blob)
            let refused = tokens.tokens
            let path = "/v2/team/image/\(Self.blob)"
            fixture.registry.set(for: "GET", path) { request in
                refused.contains { request.authorization == "Bearer \($0)" }
                    ? .challenge(tokens.challenge(error: "invalid_token")) : .answer(status: 200, body: Sample.blob)
            }
            #expect(try await fixture.send("GET", Self.blob).body == Sample.blob)
            #expect(tokens.questions.count == 2)
            fixture.registry.set(.challenge(tokens.challenge()), for: "GET", path)
            let count = fixture.requestLines.count
            let response = try await fixture.send("GET", Self.blob)
            #expect(response.status == 403 && response.code == "DENIED")
            #expect(fixture.requestLines.count == count + 2 && tokens.questions.count == 3)
        }
    }

    @Test("A token that expires during a pull is renewed once, for any number of simultaneous blobs")
    func renewedForAll() async throws {
        try await run { fixture, tokens in
            #expect(try await fixture.send("GET", "manifests/v1").status == 200)
            let ended = tokens.tokens
            // All requests are sent with the token before any response, and all responses are sent at once.
            let responseTime = ContinuousClock.now + .seconds(1)
            for path in ["/v2/team/image/\(Self.blob)", "/v2/team/image/manifests/v1"] {
                fixture.registry.set(for: "GET", path) { request in
                    if ended.contains(where: { request.authorization == "Bearer \($0)" }) {
                        let rest = max(0, Int64((responseTime - .now) / .milliseconds(1)))
                        return .late(milliseconds: rest, .challenge(tokens.challenge(error: "invalid_token")))
                    }
                    return tokens.tokens.contains { request.authorization == "Bearer \($0)" }
                        ? .answer(status: 200, body: Sample.blob) : .error(403, "DENIED", "no token")
                }
            }
            try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for _ in 1...20 { group.addTask { try await fixture.send("GET", Self.blob) } }
                for try await response in group { #expect(response.status == 200 && response.body == Sample.blob, "\(response.text)") }
            }
            #expect(tokens.questions.map { $0["scope"] } == Array(repeating: "repository:team/image:pull", count: 2))
        }
    }

    @Test("429 from a realm becomes 429 with its Retry-After")
    func realmSaysToWait() async throws {
        try await run { fixture, tokens in
            tokens.server.set(.tooManyRequests(retryAfter: 30), for: "GET", "/token")
            let response = try await fixture.send("GET", Self.blob)
            #expect(response.status == 429 && response.code == "TOOMANYREQUESTS", "\(response.status) \(response.text)")
            #expect(response["Retry-After"] == "30" && !response.message.contains("user name and password"), "\(response.text)")
            #expect(tokens.server.lines.count == 1 && fixture.requestLines.isEmpty)
            #expect(Canary.traces(in: response.text).isEmpty)
        }
    }
}
