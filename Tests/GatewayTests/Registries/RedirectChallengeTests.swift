import Domain
import NIOHTTP1
import TestSupport
import Testing

/// Some registries redirect contents to a path of their own, and authenticate only there.
@Suite("Challenges after redirects")
struct RedirectChallengeTests {
    private static let resources = [
        "manifests/v1", "manifests/\(Sample.manifestDigest)", "blobs/\(Sample.blobDigest)", "tags/list",
    ]
    private static let versions: [RegistryReply] = [.json(200, "{}"), .html(404), .hangUp, .html(500)]

    /// Redirects every read to a path below `/stored`, which demands authentication; the repository's own path demands none.
    private static func run(
        _ scheme: RegistryScheme, _ version: RegistryReply, hops: Int = 1, gateway: TestGateway = TestGateway(),
        _ body: (RegistryScene) async throws -> Void
    ) async throws {
        try await RegistryScene.run(scheme, gateway: gateway) { (scene: RegistryScene) async throws in
            let (registry, tokens) = (scene.registry, scene.tokens)
            registry.intercept { request in
                if request.path == "/v2/" { return version }
                guard ["GET", "HEAD"].contains(request.method) else { return nil }
                guard let path = request.path.wholeMatch(of: /\/stored([0-9]+)(\/.*)/) else {
                    return .redirect(to: "/stored1\(request.target)")
                }
                if path.1 != "\(hops)" { return .redirect(to: "/stored\((Int(path.1) ?? 0) + 1)\(path.2)") }
                let isAllowed =
                    tokens.map { $0.allows("pull", on: "team/image", request) } ?? (request.authorization == login(of: registry))
                guard isAllowed else { return scene.challenge }
                if path.2 == "/v2/team/image/tags/list" { return .json(200, #"{"name":"team/image","tags":["a"]}"#) }
                return Sample.contents(of: "team/image")[String(path.2)] ?? .html(404)
            }
            try await body(scene)
        }
    }

    private static func login(of registry: FaultyRegistry) -> String {
        var isChanged = false
        registry.change { isChanged = $0.users[Canary.username] == "changed" }
        return isChanged ? "Basic changed" : Canary.authorization
    }

    @Test("A challenge at the end of redirects within the origin is answered", arguments: versions.indices, RegistryScheme.allCases)
    func pulls(_ version: Int, _ scheme: RegistryScheme) async throws {
        for hops in [1, 3] {
            try await Self.run(scheme, Self.versions[version], hops: hops) { (scene: RegistryScene) async throws in
                for resource in Self.resources {
                    for _ in 1...2 {
                        let response = try await scene.fixture.send("GET", resource)
                        #expect(response.status == 200, "\(resource): \(response.status) \(response.text)")
                    }
                }
                let heads = try await ["manifests/v1", "blobs/\(Sample.blobDigest)"].asyncMap {
                    try await scene.fixture.send("HEAD", $0).status
                }
                #expect(heads == [200, 200])
                #expect(try await scene.fixture.inspect().verification.granted.pull == .yes)
            }
        }
    }

    @Test("The scheme is remembered: a later blob is requested once, and redirected once", arguments: RegistryScheme.allCases)
    func remembered(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme, .json(200, "{}")) { (scene: RegistryScene) async throws in
            let blob = "blobs/\(Sample.blobDigest)"
            #expect(try await scene.fixture.send("GET", blob).status == 200)
            let count = scene.registry.requests.count
            #expect(try await scene.fixture.send("GET", blob).status == 200)
            #expect(scene.registry.lines.dropFirst(count) == ["GET /v2/team/image/\(blob)", "GET /stored1/v2/team/image/\(blob)"])
        }
    }

    @Test("A login that is refused after a redirect is held back", arguments: RegistryScheme.allCases, resources)
    func refused(_ scheme: RegistryScheme, _ resource: String) async throws {
        try await Self.run(scheme, .json(200, "{}")) { (scene: RegistryScene) async throws in
            scene.registry.change { $0.users[Canary.username] = "changed" }
            scene.tokens?.change { $0.users[Canary.username] = "changed" }
            for number in 1...10 {
                let response = try await scene.fixture.send("GET", resource)
                #expect(response.status == 403, "\(response.status) \(response.text)")
                #expect(number == 1 || response["Retry-After"] != nil)
            }
            let logins =
                scene.tokens.map { $0.server.authorizations }
                ?? scene.registry.requests.filter { $0.path.hasPrefix("/stored") }
                .compactMap(\.authorization)
            #expect((1...2).contains(logins.count), "\(logins.count)")
        }
    }

    @Test("A challenge of another origin is not answered", arguments: [#"Basic realm="x""#, #"Bearer realm="http://a.example/""#])
    func elsewhere(_ challenge: String) async throws {
        try await FaultyRegistry.run { store in
            store.intercept { _ in .challenge(challenge) }
            try await RegistryScene.run(.basic, gateway: TestGateway(allowances: [store.authority])) {
                (scene: RegistryScene) async throws in
                scene.registry.intercept { request in
                    request.path == "/v2/" ? .json(200, "{}") : .redirect(to: "http://\(store.authority)\(request.target)")
                }
                for resource in Self.resources { #expect(try await scene.fixture.send("GET", resource).status == 502, "\(resource)") }
                #expect(store.authorizations.isEmpty && scene.registry.authorizations.isEmpty)
            }
        }
    }
}
