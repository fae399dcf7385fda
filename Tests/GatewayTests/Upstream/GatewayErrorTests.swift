import NIOCore
import NIOHTTP1
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Upstream errors at the gateway")
struct GatewayErrorTests {
    private static let blob = "/v2/team/image/blobs/\(Sample.blobDigest)"
    private static let resource = "blobs/\(Sample.blobDigest)"

    private static var impatient: TestGateway {
        var limits = UpstreamLimits()
        limits.response = .seconds(1)
        return TestGateway(limits: limits)
    }

    @Test("A registry that does not respond is a timeout and does not delay requests to others")
    func hangs() async throws {
        try await Fixture.run(gateway: Self.impatient) { fixture in
            try await FaultyRegistry.run(RegistryBehavior(repositories: ["a/b"])) { other in
                fixture.registry.set(.hang, for: "GET", Self.blob)
                let name = "\(other.authority.replacing(":", with: "_"))/a/b"
                _ = try await fixture.backend.backend.registerRepository(
                    .init(parsing: "\(other.authority)/a/b"), with: .init(username: nil, password: nil), in: nil, verify: .unspecified,
                    by: fixture.backend.caller())
                async let response = fixture.send("GET", Self.resource)
                for _ in 1...5 {
                    let list = try await fixture.server.send("GET", "/v2/\(name)/tags/list")
                    #expect(list.status == 200)
                }
                let answered = try await response
                #expect(answered.status == 504 && answered.message.hasSuffix("did not respond in time"), "\(answered.text)")
            }
        }
    }

    @Test("A registry's error is returned with its own message and Retry-After")
    func tooMany() async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(
                .error(
                    429, "TOOMANYREQUESTS", "slow down",
                    headers: ["Retry-After": "17", "RateLimit-Limit": "100;w=21600", "X-Internal": "a"]),
                for: "GET", Self.blob)
            let response = try await fixture.send("GET", Self.resource)
            #expect(response.status == 429 && response.code == "TOOMANYREQUESTS" && response.message.contains("slow down"))
            #expect(response["Retry-After"] == "17" && response["RateLimit-Limit"] == "100;w=21600" && response["X-Internal"] == nil)
        }
    }

    @Test("Rate limit fields of registries are forwarded with responses and errors")
    func rates() async throws {
        let rates: HTTPHeaders = [
            "RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "7;w=21600", "Docker-RateLimit-Source": "192.0.2.1",
        ]
        try await Fixture.run { fixture in
            let (manifest, tags) = ("/v2/team/image/manifests/v1", "/v2/team/image/tags/list")
            for method in ["GET", "HEAD"] {
                fixture.registry.set(Sample.manifestReply(Sample.manifest, named: Sample.manifestDigest, rates), for: method, manifest)
                fixture.registry.set(.answer(status: 200, headers: rates, body: Sample.blob), for: method, Self.blob)
            }
            fixture.registry.set(.json(200, "{}", headers: rates), for: "GET", tags)
            let refused = "/v2/team/image/manifests/v2"
            for method in ["GET", "HEAD"] {
                let headers = HTTPHeaders(Array(rates) + [("Retry-After", "17")])
                fixture.registry.set(.error(429, "TOOMANYREQUESTS", "slow down", headers: headers), for: method, refused)
            }
            for (method, resource, status) in [
                ("HEAD", "manifests/v1", 200), ("GET", "manifests/v1", 200), ("GET", "manifests/v1", 200), ("GET", Self.resource, 200),
                ("HEAD", Self.resource, 200), ("GET", "tags/list", 200), ("GET", "manifests/v2", 429), ("HEAD", "manifests/v2", 429),
            ] {
                let response = try await fixture.send(method, resource)
                #expect(response.status == status)
                for (name, value) in rates { #expect(response[name] == value, "\(method) \(resource): \(name)") }
                #expect(response["Retry-After"] == (status == 429 ? "17" : nil))
            }
        }
    }

    @Test(
        "Every response of a registry becomes a response of the distribution API",
        arguments: [
            (RegistryReply.error(404, "BLOB_UNKNOWN", "none"), 404, "BLOB_UNKNOWN"), (.html(404), 404, "UNKNOWN"),
            (.html(500), 502, "UNKNOWN"),
            (.error(403, "DENIED", "no"), 403, "DENIED"), (.error(416, "RANGE_INVALID", "no"), 416, "RANGE_INVALID"),
            (.html(204), 502, "UNKNOWN"),
            (.error(404, "INVENTED", "x"), 404, "UNKNOWN"), (.hangUp, 502, "UNKNOWN"), (.hugeHeader, 502, "UNKNOWN"),
        ])
    func answers(_ reply: RegistryReply, _ status: Int, _ code: String) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(reply, for: "GET", Self.blob)
            let response = try await fixture.send("GET", Self.resource)
            #expect(response.status == status && response.code == code, "\(response.text)")
            fixture.registry.set(.answer(status: 200, body: Sample.blob), for: "GET", Self.blob)
            #expect(try await fixture.send("GET", Self.resource).body == Sample.blob)
        }
    }

    private static let challenges: [RegistryReply] = [
        .challenge("Basic realm=\"x"), .challenge(#"Basic realm="x""#), .challenge("???"), .challenge(), .html(401),
        .challenge(#"Bearer realm="not a URL""#),
    ]

    @Test(
        "A 401 to a login becomes 403, regardless of its challenge, and does not affect other logins at the registry", arguments: challenges
    )
    func refusals(_ reply: RegistryReply) async throws {
        var behavior = Fixture.behavior
        behavior.users["bob"] = "bob's"
        behavior.contents.merge(Sample.contents(of: "team/other")) { $1 }
        try await Fixture.run(behavior) { fixture in
            try await fixture.register("team/other", "bob", "bob's")
            fixture.registry.set(reply, for: "GET", Self.blob)
            for _ in 1...2 {
                let response = try await fixture.send("GET", Self.resource)
                #expect(response.status == 403 && response.code == "DENIED", "\(response.text)")
                #expect(try await fixture.send("GET", Self.resource, of: "team/other").body == Sample.blob)
            }
        }
    }

    @Test("A refused login is not sent again for a while, and clients receive the time", arguments: challenges.dropLast())
    func held(_ reply: RegistryReply) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(reply, for: "GET", Self.blob)
            #expect(try await fixture.send("GET", Self.resource).status == 403)
            fixture.registry.set(.answer(status: 200, body: Sample.blob), for: "GET", Self.blob)
            let count = fixture.registry.beginnings.count
            for resource in [Self.resource, "manifests/v1", "tags/list"] {
                let response = try await fixture.send("GET", resource)
                #expect(response.status == 403 && response.code == "DENIED", "\(response.text)")
                #expect((1...15).contains(response["Retry-After"].flatMap(Int.init) ?? 0), "\(response.fields)")
                #expect(
                    response.message.contains("rejected the stored user name and password")
                        && response.message.contains("repository update"))
            }
            #expect(fixture.registry.beginnings.count == count)
        }
    }

    /// A request, and a part of the credential that the registry repeats in its response. Each has a registry of its own, because a refused
    /// login is held back.
    struct Echo: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        let text: String

        var resource: String { String(path.dropFirst("/v2/team/image/".count)) }
        var testDescription: String { "\(method) \(resource.prefix(16)) \(text.prefix(5))" }

        static let all = [Canary.password, Canary.authorization, "user \(Canary.username)!"].flatMap { text in
            [("GET", GatewayErrorTests.blob), ("GET", "/v2/team/image/manifests/v1"), ("POST", "/v2/team/image/blobs/uploads/")].map {
                Echo(method: $0.0, path: $0.1, text: text)
            }
        }
    }

    @Test("A message of the registry that repeats the credential is not returned", arguments: [400, 401, 403, 404, 429, 500], Echo.all)
    func canary(_ status: Int, _ echo: Echo) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(
                .error(status, "DENIED", "you sent \(echo.text)", headers: ["X": echo.text, "Retry-After": "1"]), for: echo.method,
                echo.path)
            let response = try await fixture.send(echo.method, echo.resource)
            #expect(response.status >= 400 && Canary.traces(in: "\(response.fields) \(response.text)").isEmpty, "\(response.text)")
            #expect(fixture.registry.lines.contains("\(echo.method) \(echo.path)"))
            #expect(Canary.traces(in: fixture.server.log.text).isEmpty)
        }
    }

    @Test("The error for an outdated password says what to do")
    func refused() async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/wrong", "somebody", "else")
            let response = try await fixture.send("GET", "tags/list", of: "team/wrong")
            #expect(
                response.status == 403 && response.code == "DENIED"
                    && response.message.contains("the stored user name and password (401 Unauthorized)"))
            #expect(fixture.requestLines == ["GET /v2/team/wrong/tags/list", "HEAD /v2/team/wrong/manifests/latest"])
        }
    }
}
