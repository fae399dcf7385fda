import NIOCore
import NIOHTTP1
import RegistryClient
import TestSupport
import Testing

/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support
@Suite("Responses at /v2/")
struct VersionEndpointTests {
    private static let pulls = [
        ("GET", "manifests/v1"), ("HEAD", "manifests/v1"), ("GET", "manifests/\(Sample.manifestDigest)"),
        ("GET", "blobs/\(Sample.blobDigest)"), ("HEAD", "blobs/\(Sample.blobDigest)"), ("GET", "tags/list"),
    ]

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply
    }

    private static let rows = [
        Row(testDescription: "200", reply: .json(200, "{}")), Row(testDescription: "204", reply: .answer(status: 204)),
        Row(testDescription: "301", reply: .redirect(301, to: "/ui/")),
        Row(testDescription: "302 to another host", reply: .redirect(302, to: "https://registry.example/login")),
        Row(testDescription: "400", reply: .html(400)), Row(testDescription: "401 without a challenge", reply: .challenge()),
        Row(testDescription: "403", reply: .error(403, "DENIED", "no")), Row(testDescription: "404", reply: .html(404)),
        Row(testDescription: "405", reply: .html(405)), Row(testDescription: "500", reply: .html(500)),
        Row(testDescription: "a closed connection", reply: .hangUp),
        Row(testDescription: "a reset connection", reply: .raw([], then: .reset)),
    ]

    @Test("The repository's response decides, regardless of the response at /v2/", arguments: rows, RegistryScheme.allCases)
    func hint(_ row: Row, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { scene in
            scene.registry.set(row.reply, for: "GET", "/v2/")
            for (method, resource) in Self.pulls {
                let response = try await scene.fixture.send(method, resource)
                #expect(response.status == 200, "\(method) \(resource): \(response.text)")
            }
        }
    }

    @Test("Pushes succeed, regardless of the response at /v2/", arguments: rows, RegistryScheme.allCases)
    func pushes(_ row: Row, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            scene.registry.set(row.reply, for: "GET", "/v2/")
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(try await scene.fixture.pushManifest().status == 201)
        }
    }

    @Test("An open registry serves pulls and pushes, regardless of its response at /v2/", arguments: rows)
    func open(_ row: Row) async throws {
        var behavior = Fixture.behavior
        behavior.users = [:]
        behavior.respond = RegistryScene.accepting
        try await Fixture.run(behavior) { (fixture: Fixture) async throws in
            fixture.registry.set(row.reply, for: "GET", "/v2/")
            for (method, resource) in Self.pulls {
                #expect(try await fixture.send(method, resource).status == 200, "\(method) \(resource)")
            }
            #expect(try await fixture.push() == [202, 202, 201])
            #expect(fixture.registry.authorizations.isEmpty)
        }
    }

    private static let silences: [RegistryReply] = [.hang, .late(milliseconds: 60_000, .json(200, "{}"))]

    @Test("A registry that never responds at /v2/ is used all the same, after one short wait", arguments: silences, RegistryScheme.allCases)
    func silent(_ reply: RegistryReply, _ scheme: RegistryScheme) async throws {
        var limits = UpstreamLimits()
        limits.ping = .milliseconds(300)
        try await RegistryScene.run(scheme, gateway: TestGateway(limits: limits)) { (scene: RegistryScene) async throws in
            scene.registry.set(reply, for: "GET", "/v2/")
            let start = ContinuousClock.now
            for (method, resource) in Self.pulls {
                let response = try await scene.fixture.send(method, resource)
                #expect(response.status == 200, "\(method) \(resource): \(response.text)")
            }
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(ContinuousClock.now - start < .seconds(20))
            #expect(scene.registry.lines.count { $0 == "GET /v2/" } == 1)
        }
    }

    private static let waits = ["17", "1", "3600", "Wed, 21 Oct 2099 07:28:00 GMT"]

    private static func tooMany(_ wait: String) -> RegistryReply {
        .error(429, "TOOMANYREQUESTS", "slow down", headers: ["Retry-After": wait])
    }

    @Test("429 at /v2/ becomes 429 with the same Retry-After, and nothing else is requested", arguments: waits, ["GET", "POST", "PUT"])
    func throttled(_ wait: String, _ method: String) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(Self.tooMany(wait), for: "GET", "/v2/")
            let resources = ["GET": "blobs/\(Sample.blobDigest)", "POST": "blobs/uploads/", "PUT": "manifests/v2"]
            let response = try await fixture.send(method, resources[method] ?? "", body: method == "PUT" ? Sample.manifest : nil)
            #expect(response.status == 429 && response.code == "TOOMANYREQUESTS", "\(response.text)")
            #expect(response["Retry-After"] == wait)
            #expect(fixture.registry.lines == ["GET /v2/"])
            #expect(fixture.upstreamErrors == ["throttled": 1])
        }
    }

    @Test("429 at the token realm becomes 429 with the same Retry-After, and no retry", arguments: waits, ["GET", "POST", "PUT"])
    func throttledRealm(_ wait: String, _ method: String) async throws {
        try await RegistryScene.run(.tokens) { scene in
            let tokens = try #require(scene.tokens)
            tokens.server.set(Self.tooMany(wait), for: "GET", "/token")
            let resources = ["GET": "blobs/\(Sample.blobDigest)", "POST": "blobs/uploads/", "PUT": "manifests/v2"]
            let response = try await scene.fixture.send(method, resources[method] ?? "", body: method == "PUT" ? Sample.manifest : nil)
            #expect(response.status == 429 && response.code == "TOOMANYREQUESTS", "\(response.text)")
            #expect(response["Retry-After"] == wait)
            #expect(tokens.server.requests.count == 1)
            #expect(scene.fixture.upstreamErrors == ["throttled": 1])
        }
    }
}
