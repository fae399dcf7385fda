import Domain
import NIOCore
import NIOHTTP1
import Naming
import TestSupport
import Testing

@testable import RegistryClient

/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support
@Suite("The response at /v2/ is a hint", .serialized)
struct PingTests {
    @Test("The repository's response decides the verification, regardless of the response at /v2/", arguments: PingRow.all)
    func hint(_ row: PingRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes, push: .yes), isSSL: false))
            let list = "GET \(tagsPath)?n=1"
            let upload = "POST \(uploadsPath)"
            let requests = registry.requests.filter { $0.path != "/v2/" }
            #expect(requests.map(\.line) == [list, list, upload, upload, "DELETE \(uploadsPath)1?_state=s"])
            #expect(
                requests.map(\.authorization) == [nil, Canary.authorization, nil, Canary.authorization, Canary.authorization],
                "each kind of request waits for the repository's own challenge")
            #expect(registry.requests.filter { $0.path == "/v2/" }.allSatisfy { $0.authorization == nil })
        }
    }

    @Test("A wrong credential is refused, regardless of the response at /v2/", arguments: PingRow.all)
    func wrong(_ row: PingRow) async throws {
        let behavior = RegistryBehavior(users: [Canary.username: "another"], repositories: ["team/image"])
        try await FaultyRegistry.run(behavior) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            let outcome = try await TestVerification(depth: .push).run(registry)
            let reason: ErrorText = "\(registry.authority) rejected this user name and password (401 Unauthorized)"
            #expect(outcome == VerificationOutcome(verdict: .refused(reason: reason), isSSL: false, isLoginRefused: true))
            #expect(registry.authorizations == [Canary.authorization, Canary.authorization])
        }
    }

    @Test("An open registry is verified without the credential, regardless of the response at /v2/", arguments: PingRow.all)
    func open(_ row: PingRow) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            let outcome = try await TestVerification(credential: nil, depth: .push).run(registry)
            let accepted = VerificationOutcome(
                verdict: .accepted(note: nil), granted: Grants(pull: .yes, push: .yes), isSSL: false, isAuthenticated: false)
            #expect(outcome == accepted)
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test(
        "A web server without a challenge or error code of a registry is inconclusive", arguments: PingRow.all.filter { $0.scheme == nil })
    func webServer(_ row: PingRow) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            registry.set(.html(404), for: "GET", tagsPath)
            let silent = try await TestVerification(depth: .push).run(registry)
            let reason: ErrorText = "\(registry.authority) does not implement the registry API (404 Not Found)"
            let failure = try #require(silent.failure)
            let expected = VerificationOutcome(
                verdict: .inconclusive(reason: reason), isSSL: false, isAuthenticated: false, failure: failure)
            #expect(silent == expected)
            #expect(registry.authorizations.isEmpty && !registry.requests.contains { $0.method == "POST" })
            registry.set(.error(404, "NAME_UNKNOWN", "none"), for: "GET", tagsPath)
            let absent = try await TestVerification(credential: nil).run(registry)
            #expect(absent == VerificationOutcome(verdict: .absent, isSSL: false, isAuthenticated: false))
        }
    }

    @Test("The response at /v2/ shows the authentication scheme if it names one", arguments: PingRow.all)
    func scheme(_ row: PingRow) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            try await Self.withClient(registry) { client, settings in
                let ping = try await client.ping(settings, for: .background)
                #expect(ping.status == row.status && ping.scheme == row.scheme, "\(ping)")
                #expect(!ping.endpoint.isTLS && ping.endpoint.authority == settings.authority)
            }
        }
    }

    @Test(
        "A registry is pinged once for many requests, and again after an administrator changes its settings",
        arguments: SettingsRow.all)
    func remembered(_ row: SettingsRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            try await Self.withClient(registry) { client, settings in
                for _ in 0..<5 { #expect(try await client.ping(settings, for: .fresh()).scheme == .basic) }
                #expect(registry.lines == ["GET /v2/"])
                var changed = settings
                row.change(&changed)
                for _ in 0..<2 { _ = try await client.ping(changed, for: .fresh()) }
                #expect(registry.lines.count == (row.isAllowance ? 2 : 1), "\(registry.lines)")
            }
        }
    }

    struct SettingsRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isAllowance: Bool
        let change: @Sendable (inout Registry) -> Void

        init(_ description: String, isAllowance: Bool, _ change: @escaping @Sendable (inout Registry) -> Void) {
            testDescription = description
            self.isAllowance = isAllowance
            self.change = change
        }

        static let all = [
            SettingsRow("plain HTTP", isAllowance: true) { $0.trust.isPlainHTTP.toggle() },
            SettingsRow("its realm, found by use", isAllowance: false) { $0.trust.realm = "http://auth.example/token" },
            SettingsRow("that it was reached", isAllowance: false) { $0.isReached.toggle() },
        ]
    }

    @Test("Simultaneous pings of one account are one request, and those of two accounts are two")
    func simultaneous() async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.late(milliseconds: 300, .json(200, "{}")), for: "GET", "/v2/")
            try await Self.withClient(registry) { client, settings in
                let accounts = [Requester.fresh(), Requester.fresh()]
                try await withThrowingTaskGroup(of: Int?.self) { group in
                    for number in 0..<20 { group.addTask { try await client.ping(settings, for: accounts[number % 2]).status } }
                    for try await status in group { #expect(status == 200) }
                }
                #expect(registry.requests.count == 2)
            }
        }
    }

    @Test("429 at /v2/ ends the request and is not cached", arguments: ["60", nil])
    func throttled(_ retryAfter: String?) async throws {
        try await FaultyRegistry.run(.open) { registry in
            let fields = HTTPHeaders(retryAfter.map { [("Retry-After", $0)] } ?? [])
            registry.set(.error(429, "TOOMANYREQUESTS", "slow down", headers: fields), for: "GET", "/v2/")
            try await Self.withClient(registry) { (client: UpstreamClient, settings: Registry) async throws in
                let reason: ErrorText = "\(registry.authority) limits the rate of requests (429 Too Many Requests)"
                await #expect(throws: UpstreamError.throttled(reason, retryAfter: retryAfter)) {
                    try await client.ping(settings, for: .background)
                }
                #expect(registry.requests.count == 1)
                registry.set(.json(200, "{}"), for: "GET", "/v2/")
                #expect(try await client.ping(settings, for: .background).status == 200)
            }
        }
    }

    /// Runs a client and a registry with plain HTTP.
    private static func withClient(_ registry: FaultyRegistry, _ body: (UpstreamClient, Registry) async throws -> Void) async throws {
        let settings = Registry(authority: try RegistryAuthority(parsing: registry.authority), isSSL: false, trust: .approved)
        try await AsyncHTTPClientTransport.run { transport in
            try await body(UpstreamClient(transport: transport), settings)
        }
    }
}

@Suite("Reachability of registries", .serialized)
struct ReachabilityTests {
    @Test("Any response at /v2/ below 500 shows that a registry is reached", arguments: PingRow.all.filter { ($0.status ?? 500) < 500 })
    func reached(_ row: PingRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            let outcome = try await TestVerification(credential: nil, depth: .reachability).run(registry)
            #expect(outcome == VerificationOutcome(verdict: .reachable, isSSL: false))
            #expect(registry.lines == ["GET /v2/"])
        }
    }

    @Test("A registry that closes its connections or does not use HTTP is not reached", arguments: PingRow.all.filter { $0.status == nil })
    func broken(_ row: PingRow) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(row.reply, for: "GET", "/v2/")
            let outcome = try await TestVerification(credential: nil, depth: .reachability).run(registry)
            #expect(outcome.kind == "inconclusive" && !outcome.isReached && outcome.isSSL == false, "\(outcome)")
            #expect(registry.requests.allSatisfy { $0.line == "GET /v2/" })
        }
    }

    @Test("The error for an unreachable registry contains the connection error")
    func refusedConnection() async throws {
        let authority = "127.0.0.1:\(try LoopbackPort.free())"
        let outcome = try await TestVerification(credential: nil, depth: .reachability).run(authority)
        let verdict = VerificationOutcome.Verdict.inconclusive(reason: "The request to \(authority) failed: the connection was refused")
        #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: false, isReached: false))
    }

    @Test("429 is inconclusive, but shows that the registry is reached")
    func throttled() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.tooManyRequests(retryAfter: 60), for: "GET", "/v2/")
            let outcome = try await TestVerification(credential: nil, depth: .reachability).run(registry)
            #expect(outcome.kind == "inconclusive" && outcome.isReached, "\(outcome)")
        }
    }
}

struct PingRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reply: RegistryReply
    /// nil if there is no response.
    let status: Int?
    let scheme: AuthenticationScheme?

    init(_ testDescription: String, _ reply: RegistryReply, _ status: Int?, _ scheme: AuthenticationScheme? = nil) {
        self.testDescription = testDescription
        self.reply = reply
        self.status = status
        self.scheme = scheme
    }

    /// The repository demands none of the schemes that they name.
    static let all = [
        PingRow("200", .json(200, "{}"), 200, .anonymous),
        PingRow("200 that is truncated", .truncated(status: 200), 200, .anonymous),
        PingRow("204", .answer(status: 204), 204),
        PingRow("301", .redirect(301, to: "/ui/"), 301),
        PingRow("a redirect elsewhere", .redirect(to: "https://elsewhere.example/v2/"), 307),
        PingRow("401 without a challenge", .html(401), 401),
        PingRow("401 with an empty challenge", .challenge(""), 401),
        PingRow("401 with rubbish", .challenge("@@@", "=,"), 401),
        PingRow("401 with an unknown scheme", .challenge(#"Digest realm="a""#), 401),
        PingRow("401 with tokens of an unnamed realm", .challenge(#"Bearer service="a""#), 401),
        PingRow("401 that is truncated", .truncated(status: 401), 401),
        PingRow("403", .html(403), 403),
        PingRow("404", .html(404), 404),
        PingRow("405", .html(405), 405),
        PingRow("500", .html(500), 500),
        PingRow("503 that is truncated", .truncated(status: 503), 503),
        PingRow("hangs up", .hangUp, nil),
        PingRow("reset", .raw([], then: .reset), nil),
        PingRow("half a head", .raw("HTTP/1.1 200 OK\r\nContent-Le", then: .close), nil),
        PingRow("an invalid status", .raw(statusLine: "HTTP/1.1 000 X", then: .close), nil),
        PingRow("a huge header", .hugeHeader, nil),
    ]
}
