import NIOHTTP1
import TestSupport
import Testing

@Suite("Registries with anonymous reading")
struct AnonymousReadingTests {
    private static let blob = "blobs/\(Sample.blobDigest)"

    @Test("The first pull needs at most three requests, and each later pull of the repository one", arguments: RegistryScheme.allCases)
    func pulls(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            scene.registry.set(.json(200, "{}"), for: "GET", "/v2/")
            #expect(try await scene.fixture.send("GET", Self.blob).status == 200)
            #expect(scene.registry.requests.count <= 3)
            for _ in 1...5 {
                let count = scene.registry.requests.count
                #expect(try await scene.fixture.send("GET", Self.blob).status == 200)
                #expect(scene.registry.lines.dropFirst(count) == ["GET /v2/team/image/\(Self.blob)"])
            }
            #expect(scene.tokens.map { $0.server.requests.count } ?? 1 == 1)
        }
    }

    @Test("Each repository has its own challenge", arguments: RegistryScheme.allCases)
    func repositories(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { scene in
            scene.registry.set(.json(200, "{}"), for: "GET", "/v2/")
            for path in ["team/source", "team/other"] { try await scene.fixture.register(path, Canary.username, Canary.password) }
            for path in RegistryScene.repositories { #expect(try await scene.fixture.send("GET", Self.blob, of: path).status == 200) }
            let count = scene.registry.requests.count
            for path in RegistryScene.repositories { #expect(try await scene.fixture.send("GET", Self.blob, of: path).status == 200) }
            #expect(scene.registry.requests.count == count + 3)
        }
    }

    @Test("A push succeeds even as the first request, and its body is sent once", arguments: RegistryScheme.allCases, [true, false])
    func pushes(_ scheme: RegistryScheme, _ isFirst: Bool) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            scene.registry.set(.json(200, "{}"), for: "GET", "/v2/")
            if !isFirst { #expect(try await scene.fixture.send("GET", Self.blob).status == 200) }
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(scene.registry.requests.count { $0.method == "PATCH" } == 1)
            #expect(try await scene.fixture.pushManifest().status == 201)
        }
    }

    @Test("Pulls and pushes work with a registry that authenticates pushes only", arguments: RegistryScheme.allCases)
    func publicReading(_ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            scene.registry.intercept { request in
                guard request.authorization == nil, ["GET", "HEAD"].contains(request.method) else { return nil }
                return request.path == "/v2/" ? .json(200, "{}") : .answer(status: 200, body: Sample.blob)
            }
            #expect(try await scene.fixture.send("GET", Self.blob).body == Sample.blob)
            #expect(scene.registry.authorizations.isEmpty)
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(try await scene.fixture.send("GET", Self.blob).body == Sample.blob)
        }
    }

    @Test("A registry may change its scheme: an obsolete challenge is removed from the cache", arguments: RegistryScheme.allCases)
    func changes(_ first: RegistryScheme) async throws {
        try await TokenServer.run(RegistryScene.tokenBehavior) { tokens in
            let use = { @Sendable (scheme: RegistryScheme, behavior: inout RegistryBehavior) in
                behavior.users = scheme == .basic ? Canary.behavior : [:]
                behavior.tokens = scheme == .tokens ? tokens : nil
            }
            var behavior = Fixture.behavior
            behavior.respond = RegistryScene.accepting
            use(first, &behavior)
            try await Fixture.run(behavior) { fixture in
                try await fixture.approve(realm: tokens.realm)
                fixture.registry.set(.json(200, "{}"), for: "GET", "/v2/")
                #expect(try await fixture.send("GET", Self.blob).status == 200)
                #expect(try await fixture.push() == [202, 202, 201])
                fixture.registry.change { use(first == .basic ? .tokens : .basic, &$0) }
                #expect(try await fixture.send("GET", Self.blob).status == 200)
                #expect(try await fixture.push() == [202, 202, 201])
            }
        }
    }
}
