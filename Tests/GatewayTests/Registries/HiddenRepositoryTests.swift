import Domain
import NIOHTTP1
import Operations
import TestSupport
import Testing

/// Some registries hide private repositories from anonymous clients, so that an anonymous response must not replace the failure of a realm.
@Suite("Registries that hide repositories from anonymous clients")
struct HiddenRepositoryTests {
    struct Failure: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: RegistryReply

        static let all = [
            Failure(testDescription: "400", reply: .error(400, "INVALID", "no")),
            Failure(testDescription: "401", reply: .json(401, #"{"details":"incorrect username or password"}"#)),
            Failure(testDescription: "403", reply: .error(403, "DENIED", "no")),
            Failure(testDescription: "404", reply: .html(404)), Failure(testDescription: "500", reply: .html(500)),
            Failure(testDescription: "503", reply: .html(503)),
            Failure(testDescription: "200 without a token", reply: .html(200)),
            Failure(testDescription: "a reset connection", reply: .raw([], then: .reset)),
            Failure(testDescription: "a closed connection", reply: .hangUp),
        ]
    }

    struct Stranger: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The response to anonymous requests; empty lists where it is nil.
        let reply: RegistryReply?

        static let all = [
            Stranger(testDescription: "404", reply: .error(404, "NAME_UNKNOWN", "none")),
            Stranger(testDescription: "404 without a code", reply: .html(404)),
            Stranger(testDescription: "403", reply: .error(403, "DENIED", "no")),
            Stranger(testDescription: "401 without a challenge", reply: .html(401)),
            Stranger(testDescription: "empty lists", reply: nil),
        ]

        func answer(_ request: RegistryRecord) -> RegistryReply {
            if let reply { return reply }
            if request.path.hasSuffix("/tags/list") { return .json(200, #"{"name":"team/image","tags":[]}"#) }
            if request.path.contains("/referrers/") { return .json(200, #"{"schemaVersion":2,"manifests":[]}"#) }
            return .html(404)
        }
    }

    private static let signatureTag = Sample.manifestDigest.replacing(":", with: "-") + ".sig"
    private static let resources = [
        "manifests/v1", "manifests/\(Sample.manifestDigest)", "tags/list", "referrers/\(Sample.manifestDigest)",
        "manifests/\(signatureTag)", "blobs/\(Sample.blobDigest)",
    ]

    private static func run(
        _ stranger: Stranger, _ body: (RegistryScene, TokenServer) async throws -> Void
    ) async throws {
        try await TokenServer.run(RegistryScene.tokenBehavior) { tokens in
            var behavior = Fixture.behavior
            (behavior.users, behavior.tokens, behavior.respond) = ([:], tokens, RegistryScene.accepting)
            behavior.contents["/v2/team/image/manifests/\(signatureTag)"] = Sample.manifestReply()
            behavior.contents["/v2/team/image/referrers/\(Sample.manifestDigest)"] = .json(200, #"{"schemaVersion":2,"manifests":[{}]}"#)
            try await Fixture.run(behavior) { fixture in
                try await fixture.approve(realm: tokens.realm)
                fixture.registry.intercept { request in
                    if request.path == "/v2/" { return .challenge(tokens.challenge()) }
                    return request.authorization == nil ? stranger.answer(request) : nil
                }
                try await body(RegistryScene(fixture: fixture, tokens: tokens), tokens)
            }
        }
    }

    private static func expectError(_ resource: String, _ fixture: Fixture, _ comment: String) async throws {
        for method in resource.contains("/list") || resource.hasPrefix("referrers") ? ["GET"] : ["GET", "HEAD"] {
            let response = try await fixture.send(method, resource)
            #expect([403, 502].contains(response.status), "\(method) \(comment): \(response.status) \(response.text)")
        }
    }

    @Test("A failure of the realm is an error for the client, and its next request succeeds", arguments: Failure.all, Stranger.all)
    func pulls(_ failure: Failure, _ stranger: Stranger) async throws {
        try await Self.run(stranger) { (scene: RegistryScene, tokens: TokenServer) async throws in
            tokens.server.intercept { _ in failure.reply }
            for resource in Self.resources { try await Self.expectError(resource, scene.fixture, resource) }
            tokens.server.intercept(nil)
            // A refused login is held back.
            guard failure.testDescription != "401" else { return }
            for resource in Self.resources {
                let response = try await scene.fixture.send("GET", resource)
                #expect(response.status == 200, "\(resource): \(response.status) \(response.text)")
            }
        }
    }

    @Test("A pull while the realm works succeeds, and absence with a token is 404", arguments: Stranger.all)
    func working(_ stranger: Stranger) async throws {
        try await Self.run(stranger) { (scene: RegistryScene, _: TokenServer) async throws in
            for resource in Self.resources { #expect(try await scene.fixture.send("GET", resource).status == 200, "\(resource)") }
            #expect(try await scene.fixture.send("GET", "manifests/none").status == 404)
        }
    }

    @Test("A push while the realm fails is an error, and denies no right", arguments: Failure.all, Stranger.all)
    func pushes(_ failure: Failure, _ stranger: Stranger) async throws {
        try await Self.run(stranger) { (scene: RegistryScene, tokens: TokenServer) async throws in
            let fixture = scene.fixture
            tokens.server.intercept { _ in failure.reply }
            #expect([[403], [502]].contains(try await fixture.push()))
            #expect([403, 502].contains(try await fixture.pushManifest().status))
            let isRefusal = ["401", "403"].contains(failure.testDescription)
            #expect(try await fixture.inspect().verification.granted.push == (isRefusal ? .no : .unknown))
        }
    }

    @Test("A password that was changed at the registry is confirmed as refused", arguments: Stranger.all)
    func changed(_ stranger: Stranger) async throws {
        try await Self.run(stranger) { (scene: RegistryScene, tokens: TokenServer) async throws in
            let fixture = scene.fixture
            #expect(try await fixture.send("GET", "manifests/v1").status == 200)
            tokens.change { $0.users[Canary.username] = "changed" }
            tokens.revokeTokens()
            for _ in 1...5 {
                let response = try await fixture.send("GET", "blobs/\(Sample.blobDigest)")
                #expect(response.status == 403, "\(response.status) \(response.text)")
            }
            fixture.backend.clock.advance(by: 6)
            #expect(fixture.backend.backend.refusedLoginsToConfirm().map(\.name) == [try fixture.repositoryName()])
        }
    }

    @Test("Content of an open repository is served although the realm fails", arguments: Failure.all)
    func open(_ failure: Failure) async throws {
        try await Self.run(Stranger.all[0]) { (scene: RegistryScene, tokens: TokenServer) async throws in
            scene.registry.change { $0.tokens = nil }
            scene.registry.intercept { $0.path == "/v2/" ? .challenge(tokens.challenge()) : nil }
            tokens.server.intercept { _ in failure.reply }
            for resource in Self.resources where !resource.contains("list") && !resource.hasPrefix("referrers") {
                #expect(try await scene.fixture.send("GET", resource).status == 200, "\(resource)")
            }
            #expect(try await scene.fixture.push() == [202, 202, 201])
        }
    }
}
