import NIOHTTP1
import TestSupport
import Testing

@Suite("Scopes of challenges")
struct ChallengeScopeTests {
    private static let own = "repository:team/image:pull"
    private static let list = "/v2/team/image/tags/list"

    private static func behavior(_ rights: [String: Set<String>]) -> TokenBehavior {
        var behavior = RegistryScene.tokenBehavior
        behavior.rights[Canary.username]?.merge(rights) { $0.union($1) }
        return behavior
    }

    /// Sets the response to requests whose token has this scope; all others are challenged with it.
    private static func demand(_ scope: String, _ method: String, _ path: String, _ reply: RegistryReply, in scene: RegistryScene) {
        guard let tokens = scene.tokens else { return }
        let parts = scope.split(separator: ":").map(String.init)
        scene.registry.set(for: method, path) { request in
            let isGranted =
                parts.count == 3 && parts[2].split(separator: ",").allSatisfy { tokens.allows(String($0), on: parts[1], request) }
            return isGranted
                ? reply : .challenge(tokens.challenge(scope: scope, error: request.authorization.map { _ in "insufficient_scope" }))
        }
    }

    private static let rights: [String: Set<String>] = [
        "team/image": ["pull", "push", "metadata_read"], "prefix/team/image": ["pull", "push"], "a/b/team/image": ["pull", "push"],
        "image": ["pull", "push"], "team/other": ["pull", "push"],
    ]

    @Test(
        "After a refusal, one more token is requested with the scope of the repository's challenge",
        arguments: [
            "repository:team/image:metadata_read", "repository:team/image:metadata_read,pull", "repository:team/image:pull,metadata_read",
            "repository:prefix/team/image:pull", "repository:a/b/team/image:pull", "repository:image:pull",
        ])
    func lists(_ scope: String) async throws {
        try await RegistryScene.run(.tokens, tokens: Self.behavior(Self.rights)) { scene in
            let tokens = try #require(scene.tokens)
            Self.demand(scope, "GET", Self.list, .json(200, #"{"name":"team/image","tags":["v1"]}"#), in: scene)
            let response = try await scene.fixture.send("GET", "tags/list")
            #expect(response.status == 200 && response.text.contains(#""v1""#), "\(response.text)")
            #expect(tokens.scopes == [[Self.own], [scope]])
            #expect(try await scene.fixture.send("GET", "tags/list").status == 200)
            #expect(tokens.scopes.count == 2)
        }
    }

    @Test(
        "Manifests and blobs are pulled with the scope of the challenge as well",
        arguments: ["manifests/v1", "manifests/\(Sample.manifestDigest)", "blobs/\(Sample.blobDigest)"])
    func pulls(_ resource: String) async throws {
        try await RegistryScene.run(.tokens, tokens: Self.behavior(Self.rights)) { scene in
            let scope = "repository:prefix/team/image:pull"
            let reply = resource.hasPrefix("blobs/") ? RegistryReply.answer(status: 200, body: Sample.blob) : Sample.manifestReply()
            for method in ["GET", "HEAD"] { Self.demand(scope, method, "/v2/team/image/\(resource)", reply, in: scene) }
            let response = try await scene.fixture.send("GET", resource)
            #expect(response.status == 200, "\(response.text)")
            #expect(scene.tokens?.scopes == [[Self.own], [scope]])
        }
    }

    @Test("A list with a different scope does not affect pulls")
    func alternating() async throws {
        try await RegistryScene.run(.tokens, tokens: Self.behavior(Self.rights)) { (scene: RegistryScene) async throws in
            Self.demand("repository:team/image:metadata_read", "GET", Self.list, .json(200, #"{"name":"a","tags":[]}"#), in: scene)
            for resource in ["tags/list", "blobs/\(Sample.blobDigest)", "tags/list", "blobs/\(Sample.blobDigest)"] {
                #expect(try await scene.fixture.send("GET", resource).status == 200, "\(resource)")
            }
        }
    }

    @Test(
        "Pushes use the scope of the challenge as well",
        arguments: ["prefix/team/image", "a/b/team/image", "image"], [("POST", "blobs/uploads/"), ("PUT", "manifests/v2")])
    func pushes(_ name: String, _ call: (method: String, resource: String)) async throws {
        try await RegistryScene.run(.tokens, tokens: Self.behavior(Self.rights)) { scene in
            let scope = "repository:\(name):pull,push"
            let reply = RegistryReply.answer(
                status: call.method == "PUT" ? 201 : 202, headers: ["Location": "/v2/team/image/blobs/uploads/1"])
            Self.demand(scope, call.method, "/v2/team/image/\(call.resource)", reply, in: scene)
            let body = call.method == "PUT" ? Sample.manifest : nil
            let response = try await scene.fixture.send(call.method, call.resource, body: body)
            #expect([201, 202].contains(response.status), "\(response.text)")
            #expect(scene.tokens?.scopes == [["repository:team/image:pull,push"], [scope]])
        }
    }

    @Test(
        "A scope beyond the request is not requested",
        arguments: [
            "*", "repository:*:pull", "repository:team/image:*", "registry:catalog:*", "registry:team/image:pull", "aws", "",
            "repository:team/other:pull", "repository:other/image:pull", "repository:team/images:pull", "repository:xteam/image:pull",
            "repository:team/image/sub:pull", "repository:team/image:pull,push", "repository:team/image:delete",
            "repository:team/image:pull repository:team/other:pull", "repository:user/image:pull", "repository:team/image",
            "registry(plugin):team/image:pull", "repository:../team/image:pull", "repository:prefix/team/image:push",
        ])
    func foreign(_ scope: String) async throws {
        try await RegistryScene.run(.tokens, tokens: Self.behavior(Self.rights)) { scene in
            let tokens = try #require(scene.tokens)
            scene.registry.set(for: "GET", Self.list) { _ in .challenge(tokens.challenge(scope: scope, error: "insufficient_scope")) }
            let response = try await scene.fixture.send("GET", "tags/list")
            #expect(response.status == 403 && response.code == "DENIED", "\(response.status) \(response.text)")
            #expect(tokens.scopes.allSatisfy { $0 == [Self.own] }, "\(tokens.scopes)")
        }
    }

    @Test(
        "A scope of the challenge at /v2/ is ignored",
        arguments: [
            "repository:user/image:pull", "aws", "registry:catalog:*", "repository:team/other:pull", "repository:prefix/team/image:pull",
            "repository:team/image:pull,push", "",
        ])
    func placeholder(_ scope: String) async throws {
        try await RegistryScene.run(.tokens, tokens: Self.behavior(Self.rights)) { scene in
            let tokens = try #require(scene.tokens)
            scene.registry.set(.challenge(tokens.challenge(scope: scope)), for: "GET", "/v2/")
            #expect(try await scene.fixture.send("GET", "blobs/\(Sample.blobDigest)").status == 200)
            #expect(tokens.scopes == [[Self.own]])
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(tokens.scopes.allSatisfy { $0.count == 1 && $0[0].hasPrefix("repository:team/image:pull") }, "\(tokens.scopes)")
        }
    }

    @Test("No third request is sent to a registry that refuses the scope of its own challenge")
    func refusedAgain() async throws {
        try await RegistryScene.run(.tokens, tokens: Self.behavior(Self.rights)) { scene in
            let tokens = try #require(scene.tokens)
            let challenge = tokens.challenge(scope: "repository:team/image:metadata_read", error: "insufficient_scope")
            scene.registry.set(.challenge(challenge), for: "GET", Self.list)
            let response = try await scene.fixture.send("GET", "tags/list")
            #expect(response.status == 403 && response.code == "DENIED", "\(response.text)")
            #expect(tokens.scopes.count <= 3 && scene.fixture.requestLines.count <= 3, "\(tokens.scopes)")
        }
    }
}
